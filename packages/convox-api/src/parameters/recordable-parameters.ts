import { readPairsInSteps } from '../forms/pairs.ts'
import { textBytesInSteps } from '../steps/text-parts.ts'
import type { Parameters } from './parameters.ts'

/** Parameters with secrets. No policy can record their values. Events have the redacted command in another field. */
const secretParameters: ReadonlySet<string> = new Set([
  'build-args',
  'chain',
  'command',
  'data',
  'env',
  'environment',
  'key',
  'password',
  'private-key',
  'pub',
  'src-creds-pass',
  'value',
])

/** A parameter that contains `name=value` pairs; each pair counts as a parameter. */
const pairsParameter = 'parameters'
const pairName = /^[A-Za-z_][A-Za-z0-9_-]{0,127}$/

/** Whether events may contain the value of a parameter with this name. */
export function isRecordable(name: string): boolean {
  return name !== pairsParameter && !secretParameters.has(name.toLowerCase())
}

export function unprefixedName(name: string): string {
  return name.startsWith(`${pairsParameter}.`) ? name.slice(pairsParameter.length + 1) : name
}

/**
 * The names of a route's recordable values, spelled as in the route table, except that headers are in lower case and
 * `parameters` is `parameters.*`.
 */
export function recordableNames(route: {
  readonly query: readonly string[]
  readonly form: readonly string[]
  readonly headers: readonly string[]
}): string[] {
  const names = [...route.query, ...route.form, ...route.headers.map((name) => name.toLowerCase())]
  return names.flatMap((name) => (name === pairsParameter ? [`${pairsParameter}.*`] : isRecordable(name) ? [name] : []))
}

/** A name and its value; null for a pause. */
type RecordableEntry = readonly [string, string] | null

/**
 * The recordable values by name. Each pair of `parameters` is `parameters.NAME`. Leaves out pairs with an unusual name,
 * and pairs after the 256th. Headers are decoded as UTF-8. Yields null for a pause.
 */
export function* recordableValuesInSteps({ query, form, headers }: Parameters): Generator<RecordableEntry, void> {
  yield* recordableEntries(query)
  yield* recordableEntries(form)
  for (const [name, value] of headers)
    if (isRecordable(name)) yield [name, Buffer.from(value, 'latin1').toString('utf8')]
}

function* recordableEntries(values: ReadonlyMap<string, string>): Generator<RecordableEntry, void> {
  for (const [name, value] of values) {
    if (name === pairsParameter) yield* recordablePairs(value)
    else if (isRecordable(name)) yield [name, value]
  }
}

/** Bounds the work for one request. */
const maxPairs = 256

function* recordablePairs(text: string): Generator<RecordableEntry, void> {
  const encoding = textBytesInSteps(text)
  let step = encoding.next()
  for (; !step.done; step = encoding.next()) yield null
  let count = 0
  for (const pair of readPairsInSteps(step.value)) {
    if (pair === null) {
      yield null
      continue
    }
    if (++count > maxPairs) return
    if (pair.dropped === null && pairName.test(pair.key)) yield [`${pairsParameter}.${pair.key}`, pair.value]
  }
}
