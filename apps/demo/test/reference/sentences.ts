import { asSentences, type Explanation, explanationOf } from '@rack-gateway/errors'
import { shortName } from '../support/documents.ts'
import { meanings } from './meanings.ts'
import { denialModules, errorModules, exportsOf, workspace } from './modules.ts'

/** An error or a denial that the product shows. */
export interface Sentence extends Explanation {
  /** The code of an error, or the rule of a denial. */
  readonly code: string
  readonly status: number | null
}

/** Errors whose constructors take something else than the placeholders of their text. */
const examples: Readonly<Record<string, readonly unknown[]>> = { ConfigError: [[]], ForeignMask: ['…'] }

/** Every error that a `src/errors.ts` defines, by code. */
export async function listErrors(): Promise<Sentence[]> {
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

function errorSentence(Class: ErrorClass): Sentence {
  const error = new Class(...(examples[Class.name] ?? []))
  const code = String(Reflect.get(error, 'code'))
  return { ...explain(code, error), code, status: Number(Reflect.get(error, 'statusCode')) }
}

/** Its own text, or what it is about if the code that throws it supplies the text. */
function explain(code: string, error: Error): Explanation {
  const [reason, next] = meanings[code] ?? []
  if (reason !== undefined && next !== undefined) return asSentences({ reason, remedy: next })
  const explanation = explanationOf(error)
  if (explanation === null || explanation.reason === 'undefined')
    throw new Error(`say in meanings.ts what ${code} means, and its remedy`)
  return asSentences({
    reason: withoutPlaceholders(explanation.reason),
    remedy: withoutPlaceholders(explanation.remedy),
  })
}

function withoutPlaceholders(text: string): string {
  return text.replaceAll(/%[sd]/g, '…')
}

function isDenial(value: unknown): value is Explanation & { readonly rule: string; readonly status?: number } {
  return typeof value === 'object' && value !== null && 'rule' in value && 'reason' in value && 'remedy' in value
}
