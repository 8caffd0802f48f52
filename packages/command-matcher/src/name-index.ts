import { compilePattern, compilePatterns, type NameMatcher } from './name-pattern.ts'

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
 * only with patterns that begin or end like the name. Patterns with a star at both ends are compared with every name.
 */
export function createNameIndex<T>(values: readonly NamedValue<T>[]): NameIndex<T> {
  if (values.length <= 8) return createShortIndex(values)
  const forEveryName: Entry<T>[] = []
  const exact: EntriesByText<T> = new Map()
  const byPrefix = new Map<number, EntriesByText<T>>()
  const bySuffix = new Map<number, EntriesByText<T>>()
  const others: Entry<T>[] = []

  function add(pattern: string, value: T, position: number): void {
    const [prefix = '', ...rest] = pattern.split('*')
    const isWholePattern = pattern !== '' && (rest.length === 0 || pattern === `${prefix}*`)
    const entry = { value, position, matches: isWholePattern ? null : compilePattern(pattern) }
    const suffix = rest.at(-1) ?? ''
    if (pattern === '*') forEveryName.push(entry)
    else if (rest.length === 0) listAt(exact, pattern).push(entry)
    else if (prefix !== '') listAt(mapAt(byPrefix, prefix.length), prefix).push(entry)
    else if (suffix !== '') listAt(mapAt(bySuffix, suffix.length), suffix).push(entry)
    else others.push(entry)
  }
  for (const [position, { patterns = ['*'], value }] of values.entries())
    for (const pattern of patterns) add(pattern, value, position)
  const valuesForEveryName = valuesInOrder(forEveryName)
  const prefixes = [...byPrefix]
  const suffixes = [...bySuffix]

  function find(name: string): readonly T[] {
    const found: Entry<T>[] = []
    addMatching(found, exact.get(name), name)
    for (const [length, entries] of prefixes)
      if (length <= name.length) addMatching(found, entries.get(name.slice(0, length)), name)
    for (const [length, entries] of suffixes)
      if (length <= name.length) addMatching(found, entries.get(name.slice(-length)), name)
    addMatching(found, others, name)
    if (found.length === 0) return valuesForEveryName
    return valuesInOrder(forEveryName.length === 0 ? found : forEveryName.concat(found))
  }

  return { find }
}

/** For a few values, matching all of their patterns is faster than an index. */
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

function valuesInOrder<T>(entries: readonly Entry<T>[]): readonly T[] {
  const [first] = entries
  if (first !== undefined && entries.length === 1) return [first.value]
  const byPosition = new Map(entries.map(({ position, value }) => [position, value]))
  return [...byPosition].sort(([one], [other]) => one - other).map(([, value]) => value)
}
