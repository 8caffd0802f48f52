import { compilePattern, type NameMatcher } from './pattern.ts'

/** Things that have a name pattern each, found by name. */
export interface NameIndex<T> {
  readonly size: number
  /** Those whose pattern matches, each once, in the order in which they were given. Not to be changed. */
  find(name: string): readonly T[]
}

interface Entry<T> {
  readonly value: T
  readonly place: number
  readonly matches: NameMatcher
}

/** By the beginnings, or ends, of their patterns. */
type ByPiece<T> = Map<number, Map<string, Entry<T>[]>>

/** Of so few, each is asked. */
const few = 8

/**
 * Finds among many patterns without asking each: a pattern is only looked at for names that begin, or else end, as it does.
 * Its cost is that of the patterns that could match, and of the distinct lengths of their pieces.
 */
export function createNameIndex<T>(
  given: readonly { readonly patterns: readonly string[] | undefined; readonly value: T }[],
): NameIndex<T> {
  const entries = given.flatMap(({ patterns = ['*'], value }, place) =>
    patterns.map((pattern) => ({ pattern, value, place, matches: compilePattern(pattern) })),
  )
  if (entries.every(({ pattern }) => pattern === '*')) return constant([...new Set(entries.map(({ value }) => value))])
  if (entries.length <= few) return { size: given.length, find: (name) => inOrder(entries, name) }

  const exact = new Map<string, Entry<T>[]>()
  const begins: ByPiece<T> = new Map()
  const ends: ByPiece<T> = new Map()
  const others: Entry<T>[] = []
  for (const { pattern, ...entry } of entries) {
    const [first = '', ...more] = pattern.split('*')
    const last = more.at(-1) ?? ''
    if (more.length === 0) put(exact, pattern, entry)
    else if (first !== '') add(begins, first, entry)
    else if (last !== '') add(ends, last, entry)
    else others.push(entry)
  }
  return {
    size: given.length,
    find(name) {
      const found = others.length === 0 ? [] : [...others]
      take(exact.get(name), found)
      for (const [length, byPiece] of begins) if (length <= name.length) take(byPiece.get(name.slice(0, length)), found)
      for (const [length, byPiece] of ends) {
        if (length <= name.length) take(byPiece.get(name.slice(name.length - length)), found)
      }
      return inOrder(found, name)
    },
  }
}

function constant<T>(values: readonly T[]): NameIndex<T> {
  return { size: values.length, find: () => values }
}

function add<T>(index: ByPiece<T>, piece: string, entry: Entry<T>): void {
  const byPiece = index.get(piece.length) ?? new Map<string, Entry<T>[]>()
  index.set(piece.length, byPiece)
  put(byPiece, piece, entry)
}

function put<T>(map: Map<string, Entry<T>[]>, key: string, entry: Entry<T>): void {
  const known = map.get(key)
  if (known === undefined) map.set(key, [entry])
  else known.push(entry)
}

function take<T>(some: readonly Entry<T>[] | undefined, found: Entry<T>[]): void {
  if (some !== undefined) for (const entry of some) found.push(entry)
}

function inOrder<T>(found: readonly Entry<T>[], name: string): readonly T[] {
  const matching: Entry<T>[] = []
  for (const entry of found) if (entry.matches(name)) matching.push(entry)
  if (matching.length > 1) matching.sort((one, other) => one.place - other.place)
  const values: T[] = []
  let last = -1
  for (const { value, place } of matching) {
    if (place !== last) values.push(value)
    last = place
  }
  return values
}
