import { compilePattern, compilePatterns, type NameMatcher } from './name-pattern.ts'
import { createTextFinder } from './text-finder.ts'

export interface NameIndex<T> {
  /** The values with a matching pattern, each once, in their original order. Do not change the list. */
  find(name: string): readonly T[]
}

/** Without patterns, the value matches every name. With an empty list, it matches none. */
interface NamedValue<T> {
  readonly patterns: readonly string[] | undefined
  readonly value: T
}

interface Entry<T> {
  readonly value: T
  /** The index of the value in the original list. */
  readonly position: number
  /** Null if the index already compares the whole pattern. */
  readonly matches: NameMatcher | null
}

/** Entries by the fixed text of their pattern. */
type EntriesByText<T> = Map<string, Entry<T>[]>

/**
 * Indexes patterns by the text before their first star, or by the text after their last star. So a name is compared
 * only with patterns that begin or end like the name. A pattern with a star at both ends is compared with names that
 * contain its longest text.
 */
export function createNameIndex<T>(values: readonly NamedValue<T>[]): NameIndex<T> {
  const patternCount = values.reduce((count, { patterns }) => count + (patterns?.length ?? 1), 0)
  if (patternCount <= 8) return createShortIndex(values)
  const forEveryName: Entry<T>[] = []
  const exact: EntriesByText<T> = new Map()
  const byPrefix = new Map<number, EntriesByText<T>>()
  const bySuffix = new Map<number, EntriesByText<T>>()
  const others: { readonly text: string; readonly value: Entry<T> }[] = []

  function add(pattern: string, value: T, position: number): void {
    const [prefix = '', ...rest] = pattern.split('*')
    const isWholePattern = pattern !== '' && (rest.length === 0 || pattern === `${prefix}*`)
    const entry = { value, position, matches: isWholePattern ? null : compilePattern(pattern) }
    const suffix = rest.at(-1) ?? ''
    if (/^\*+$/.test(pattern)) forEveryName.push({ ...entry, matches: null })
    else if (rest.length === 0) listAt(exact, pattern).push(entry)
    else if (prefix !== '') listAt(mapAt(byPrefix, prefix.length), prefix).push(entry)
    else if (suffix !== '') listAt(mapAt(bySuffix, suffix.length), suffix).push(entry)
    else others.push({ text: longestOf(rest), value: entry })
  }
  for (const [position, { patterns = ['*'], value }] of values.entries())
    for (const pattern of patterns) add(pattern, value, position)
  const valuesForEveryName = valuesInOrder(forEveryName)
  const prefixes = [...byPrefix]
  const suffixes = [...bySuffix]
  const othersIn = findOthers(others)

  function find(name: string): readonly T[] {
    const found: Entry<T>[] = []
    addMatching(found, exact.get(name), name)
    for (const [length, entries] of prefixes)
      if (length <= name.length) addMatching(found, entries.get(name.slice(0, length)), name)
    for (const [length, entries] of suffixes)
      if (length <= name.length) addMatching(found, entries.get(name.slice(-length)), name)
    addMatching(found, othersIn(name), name)
    if (found.length === 0) return valuesForEveryName
    return valuesInOrder(forEveryName.length === 0 ? found : forEveryName.concat(found))
  }

  return { find }
}

/** For a few patterns, matching all of them is faster than an index. */
function createShortIndex<T>(values: readonly NamedValue<T>[]): NameIndex<T> {
  const entries = values.map(({ patterns, value }) => ({ matches: compilePatterns(patterns), value }))

  function find(name: string): readonly T[] {
    const found: T[] = []
    for (const { matches, value } of entries) if (matches(name)) found.push(value)
    return found
  }

  return { find }
}

function addMatching<T>(found: Entry<T>[], entries: readonly Entry<T>[] | undefined, name: string): void {
  if (entries !== undefined) for (const entry of entries) if (entry.matches?.(name) ?? true) found.push(entry)
}

function mapAt<T>(maps: Map<number, EntriesByText<T>>, length: number): EntriesByText<T> {
  const map = maps.get(length) ?? new Map()
  maps.set(length, map)
  return map
}

function listAt<T>(map: EntriesByText<T>, text: string): Entry<T>[] {
  const list = map.get(text) ?? []
  map.set(text, list)
  return list
}

/** As `compilePatterns`, for lists that can be long. */
export function createNameMatcher(patterns: readonly string[] | undefined): NameMatcher {
  const index = createNameIndex([{ patterns, value: true }])
  return (name) => index.find(name).length > 0
}

/** For a few patterns, comparing each of them is faster than a finder, especially with long names. */
const maxCompared = 64

function findOthers<T>(
  others: readonly { readonly text: string; readonly value: Entry<T> }[],
): (name: string) => readonly Entry<T>[] {
  const all = others.map(({ value }) => value)
  if (others.length <= maxCompared) return () => all
  const finder = createTextFinder(others)
  return (name) => [...new Set(finder.find(name))]
}

function longestOf(texts: readonly string[]): string {
  return texts.reduce((longest, text) => (text.length > longest.length ? text : longest), '')
}

/** Usually, the entries are already in order, because they come from one list. */
function valuesInOrder<T>(entries: readonly Entry<T>[]): readonly T[] {
  const isInOrder = entries.every(({ position }, index) => position > (entries[index - 1]?.position ?? -1))
  const sorted = isInOrder ? entries : [...entries].sort((one, other) => one.position - other.position)
  const values: T[] = []
  let last = -1
  for (const { position, value } of sorted) {
    if (position !== last) values.push(value)
    last = position
  }
  return values
}
