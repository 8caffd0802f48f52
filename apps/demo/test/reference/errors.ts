import { type Explanation, formatMessage } from '@rack-gateway/errors'
import { meanings } from './meanings.ts'
import { errorModules, exportsOf } from './modules.ts'
import { code, table } from './table.ts'

interface ErrorEntry {
  readonly code: string
  readonly status: number
  readonly sentence: string
}

/** Errors whose constructors take something else than the holes of their sentence. */
const examples: Readonly<Record<string, readonly unknown[]>> = { ConfigError: [[]], ForeignMask: ['…'] }

/** Of an error that says what whoever throws it says. */
const unsaid = 'undefined; undefined'

/** A status of 500 is for what no caller gets: failed starts, bad data, the command line. */
const internal = 500

/** The generated parts of errors.md: codes with statuses and sentences, and the rules that are constants in the code. */
export async function errorParts(): Promise<Record<string, string>> {
  const entries = (await errorModules()).flat().filter(isErrorClass).map(entryOf)
  const known = [...new Map(entries.map((entry) => [`${entry.code} ${entry.status}`, entry])).values()]
  const sorted = known.toSorted((one, other) => (one.code < other.code ? -1 : 1))
  const answered = sorted.filter(({ status }) => status !== internal)
  const rest = sorted.filter(({ status }) => status === internal)
  return {
    answered: table(
      ['code', 'status', 'sentence'],
      answered.map((entry) => [code(entry.code), String(entry.status), entry.sentence]),
    ),
    internal: table(
      ['code', 'sentence'],
      rest.map((entry) => [code(entry.code), entry.sentence]),
    ),
    authentication: await ruleTable('packages/auth/src/refusal.ts'),
    login: await ruleTable('packages/auth/src/login/refusal.ts'),
    command: await ruleTable('packages/auth/src/cli-login/refusal.ts'),
    target: await ruleTable('packages/convox-api/src/target-refusals.ts'),
  }
}

type ErrorClass = new (...args: readonly unknown[]) => Error

function isErrorClass(value: unknown): value is ErrorClass {
  return typeof value === 'function' && value.prototype instanceof Error
}

function entryOf(Class: ErrorClass): ErrorEntry {
  const error = new Class(...(examples[Class.name] ?? []))
  const name = String(Reflect.get(error, 'code'))
  const sentence = error.message.replaceAll(/%[sd]/g, '…').trim()
  return { code: name, status: Number(Reflect.get(error, 'statusCode')), sentence: told(name, sentence) }
}

/** Its own words, or what they are about where there are none but those of the place that throws it. */
function told(name: string, sentence: string): string {
  const meaning = meanings[name]
  if (meaning !== undefined) return `_${meaning}_`
  if (sentence === '…' || sentence === '' || sentence === unsaid)
    throw new Error(`say in meanings.ts what ${name} tells its reader`)
  return sentence
}

async function ruleTable(path: string): Promise<string> {
  const rows = (await exportsOf(path)).flatMap((value) =>
    isRule(value) ? [[code(value.rule), formatMessage(value)]] : [],
  )
  return table(['rule', 'sentence'], rows)
}

function isRule(value: unknown): value is Explanation & { readonly rule: string } {
  return typeof value === 'object' && value !== null && 'rule' in value && 'reason' in value
}
