import { asSentences, type Explanation, explanationOf } from '@rack-gateway/errors'
import { shortName } from '../../support/documents.ts'
import { errorDescriptions } from './error-descriptions.ts'
import { denialModules, errorModules, exportsOf, workspace } from './modules.ts'

/** An error or a denial that the product shows. */
export interface Sentence extends Explanation {
  /** The code of an error, or the rule of a denial. */
  readonly code: string
  readonly status: number | null
}

/** An error, with its explanation for the page, whose placeholders have no names. */
export interface ListedError extends Sentence {
  readonly onPage: Explanation
}

/** Errors whose constructors take something else than the placeholders of their text. */
const examples: Readonly<Record<string, readonly unknown[]>> = { ConfigError: [[]], ForeignMask: ['…'] }

/** Every error that the workspace defines, by code. */
export async function listErrors(): Promise<ListedError[]> {
  const errors = (await errorModules()).flat().filter(isErrorClass).map(errorSentence)
  const once = new Map(errors.map((error) => [`${error.code} ${error.status}`, error]))
  return [...once.values()].toSorted((one, other) => (one.code < other.code ? -1 : 1))
}

/** Every denial that is a constant, by the source file that exports it. */
export async function listDenials(): Promise<Map<string, Sentence[]>> {
  const lists = await Promise.all(
    denialModules().map(async (path) => {
      const denials = (await exportsOf(path)).flatMap((value) =>
        isDenial(value) ? [{ ...asSentences(value), code: value.rule, status: value.status ?? null }] : [],
      )
      return [shortName(workspace, `${workspace}${path}`), denials] as const
    }),
  )
  return new Map(lists.filter(([, denials]) => denials.length > 0))
}

type ErrorClass = new (...args: readonly unknown[]) => Error

function isErrorClass(value: unknown): value is ErrorClass {
  return typeof value === 'function' && value.prototype instanceof Error
}

function errorSentence(Class: ErrorClass): ListedError {
  const error = new Class(...(examples[Class.name] ?? []))
  const code = String(Reflect.get(error, 'code'))
  const meaning = meaningOf(code)
  const own = ownText(error)
  const shown = own ?? meaning
  const onPage = meaning ?? (own !== null && isClear(own) ? own : null)
  if (shown === null || onPage === null)
    throw new Error(`say in errorDescriptions.ts what ${code} means, and its remedy`)
  return {
    ...withoutPlaceholders(shown),
    onPage: withoutPlaceholders(onPage),
    code,
    status: Number(Reflect.get(error, 'statusCode')),
  }
}

function meaningOf(code: string): Explanation | null {
  const [reason, remedy] = errorDescriptions[code] ?? []
  return reason === undefined || remedy === undefined ? null : { reason, remedy }
}

/** Null if the code that throws the error supplies the text. */
function ownText(error: Error): Explanation | null {
  const explanation = explanationOf(error)
  return explanation === null || explanation.reason === 'undefined' ? null : explanation
}

/** Whether a reader understands the text without the values: the subject and the verb are not among them. */
function isClear({ reason, remedy }: Explanation): boolean {
  return !/^%s|%s %s|be %s/.test(reason) && !/^%s/.test(remedy)
}

function withoutPlaceholders({ reason, remedy }: Explanation): Explanation {
  const replace = (text: string) => text.replaceAll(/%[sd]/g, '…')
  return asSentences({ reason: replace(reason), remedy: replace(remedy) })
}

function isDenial(value: unknown): value is Explanation & { readonly rule: string; readonly status?: number } {
  return typeof value === 'object' && value !== null && 'rule' in value && 'reason' in value && 'remedy' in value
}
