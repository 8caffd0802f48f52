import { readPairs } from './pairs.ts'
import type { Parameters } from './parameters.ts'

/**
 * Parameters that are secrets, or hold some beside names of their own: environments, certificates, passwords, contents. No rule
 * makes their values known. A `command` is told of otherwise.
 */
const unspeakable: ReadonlySet<string> = new Set([
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

/** Pairs of their own: each is a parameter of its own name. */
const paired = 'parameters'
const pairName = /^[A-Za-z_][A-Za-z0-9_-]{0,127}$/

/** Whether a value under this name may be told at all. */
export function isSpeakable(name: string): boolean {
  return name !== paired && !unspeakable.has(name.toLowerCase())
}

/** What a parameter is called in the table of routes, in its own right or as one of those in `parameters`. */
export function ownName(name: string): string {
  return name.startsWith(`${paired}.`) ? name.slice(paired.length + 1) : name
}

/** Names under which a route's values may be told: as they stand in the table, headers in lower case; `parameters.*` for pairs. */
export function speakableNames(route: {
  readonly query: readonly string[]
  readonly form: readonly string[]
  readonly headers: readonly string[]
}): string[] {
  const names = [...route.query, ...route.form, ...route.headers.map((name) => name.toLowerCase())]
  return names.flatMap((name) => (name === paired ? [`${paired}.*`] : isSpeakable(name) ? [name] : []))
}

/**
 * The values that may be told, by name; of `parameters` each pair as `parameters.NAME`, and of those none whose name isn't a
 * plain word. Headers are read as UTF-8.
 */
export function* speakableValues({ query, form, headers }: Parameters): Generator<readonly [string, string]> {
  yield* speakableOf(query)
  yield* speakableOf(form)
  for (const [name, value] of headers)
    if (isSpeakable(name)) yield [name, Buffer.from(value, 'latin1').toString('utf8')]
}

function* speakableOf(values: ReadonlyMap<string, string>): Generator<readonly [string, string]> {
  for (const [name, value] of values) {
    if (name === paired) yield* pairsOf(value)
    else if (isSpeakable(name)) yield [name, value]
  }
}

/** Beyond it, whoever sends more of them only makes work. */
const mostPairs = 256

function* pairsOf(text: string): Generator<readonly [string, string]> {
  let count = 0
  for (const pair of readPairs(Buffer.from(text).toString('latin1'))) {
    if (++count > mostPairs) return
    if (pair.dropped === null && pairName.test(pair.key)) yield [`${paired}.${pair.key}`, pair.value]
  }
}
