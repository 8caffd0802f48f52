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
  /** The value alone, as an answer. */
  readonly alone: readonly T[]
  /** What it is found by: what a name begins with, ends with or is. */
  readonly piece: string
  /** What a name has to match besides; null where the piece says it all. */
  readonly matches: NameMatcher | null
  /** Another one, whose piece has the same hash. */
  next: Entry<T> | null
}

/** By the hashes of their pieces: nothing is cut out of a name to look it up, and what is found is compared. */
type ByHash<T> = Map<number, Entry<T>>

/** Of so few, each is asked. */
const few = 8

/**
 * Finds among many patterns without asking each: a pattern is only looked at for names that begin, or else end, as it does.
 * Its cost is that of the patterns that could match, of the distinct lengths of their pieces, and of the name's length.
 */
export function createNameIndex<T>(
  given: readonly { readonly patterns: readonly string[] | undefined; readonly value: T }[],
): NameIndex<T> {
  const written = given.flatMap(({ patterns = ['*'], value }, place) =>
    patterns.map((pattern) => ({ pattern, entry: { value, place, alone: Object.freeze([value]), next: null } })),
  )
  if (written.every(({ pattern }) => pattern === '*'))
    return constant([...new Set(written.map((one) => one.entry.value))])

  if (written.length <= few)
    return askingEach(
      given.length,
      written.map(({ pattern, entry }) => whole(pattern, entry)),
    )

  const byBeginning = createBeginnings<T>()
  const byEnd = createEnds<T>()
  const others: Entry<T>[] = []
  for (const { pattern, entry } of written) {
    const [first = '', ...more] = pattern.split('*')
    const last = more.at(-1) ?? ''
    const matches = compilePattern(pattern)
    if (more.length === 0) byBeginning.addWhole({ ...entry, piece: first, matches: null })
    else if (first !== '')
      byBeginning.add({ ...entry, piece: first, matches: pattern === `${first}*` ? null : matches })
    else if (last !== '') byEnd.add({ ...entry, piece: last, matches: pattern === `*${last}` ? null : matches })
    else others.push(whole(pattern, entry))
  }
  return {
    size: given.length,
    find(name) {
      const found = newFound<T>()
      for (const entry of others) if (entry.matches?.(name)) add(found, entry)
      byBeginning.find(name, found)
      byEnd.find(name, found)
      return answer(found)
    },
  }
}

function whole<T>(pattern: string, entry: Omit<Entry<T>, 'piece' | 'matches'>): Entry<T> {
  return { ...entry, piece: '', matches: compilePattern(pattern) }
}

function askingEach<T>(size: number, entries: readonly Entry<T>[]): NameIndex<T> {
  return {
    size,
    find(name) {
      const found = newFound<T>()
      for (const entry of entries) if (entry.matches?.(name)) add(found, entry)
      return answer(found)
    },
  }
}

function constant<T>(values: readonly T[]): NameIndex<T> {
  return { size: values.length, find: () => values }
}

/** Those that are a whole name, or its beginning. An empty pattern is no name's. */
function createBeginnings<T>() {
  const beginnings: ByHash<T> = new Map()
  const whole: ByHash<T> = new Map()
  let lengths: readonly number[] = []

  return {
    add(entry: Entry<T>): void {
      put(beginnings, hashOf(entry.piece), entry)
      lengths = withLength(lengths, entry.piece)
    },
    addWhole(entry: Entry<T>): void {
      if (entry.piece !== '') put(whole, hashOf(entry.piece), entry)
    },
    find(name: string, found: Found<T>): void {
      let hash = 0
      let place = 0
      for (const length of lengths) {
        if (length > name.length) break
        for (; place < length; place++) hash = hashWith(hash, name.charCodeAt(place))
        for (let entry = beginnings.get(hash) ?? null; entry !== null; entry = entry.next)
          if (name.startsWith(entry.piece) && (entry.matches?.(name) ?? true)) add(found, entry)
      }
      if (whole.size === 0) return
      for (; place < name.length; place++) hash = hashWith(hash, name.charCodeAt(place))
      for (let entry = whole.get(hash) ?? null; entry !== null; entry = entry.next)
        if (entry.piece === name) add(found, entry)
    },
  }
}

/** Those that are the end of a name, which is read backwards. */
function createEnds<T>() {
  const ends: ByHash<T> = new Map()
  let lengths: readonly number[] = []

  return {
    add(entry: Entry<T>): void {
      put(ends, hashOfEnd(entry.piece), entry)
      lengths = withLength(lengths, entry.piece)
    },
    find(name: string, found: Found<T>): void {
      let hash = 0
      let place = 0
      for (const length of lengths) {
        if (length > name.length) break
        for (; place < length; place++) hash = hashWith(hash, name.charCodeAt(name.length - 1 - place))
        for (let entry = ends.get(hash) ?? null; entry !== null; entry = entry.next)
          if (name.endsWith(entry.piece) && (entry.matches?.(name) ?? true)) add(found, entry)
      }
    },
  }
}

function put<T>(byHash: ByHash<T>, hash: number, entry: Entry<T>): void {
  entry.next = byHash.get(hash) ?? null
  byHash.set(hash, entry)
}

/** Shortest first. */
function withLength(lengths: readonly number[], { length }: string): readonly number[] {
  return lengths.includes(length) ? lengths : [...lengths, length].sort((one, other) => one - other)
}

function hashOf(text: string): number {
  let hash = 0
  for (let place = 0; place < text.length; place++) hash = hashWith(hash, text.charCodeAt(place))
  return hash
}

function hashOfEnd(text: string): number {
  let hash = 0
  for (let place = text.length - 1; place >= 0; place--) hash = hashWith(hash, text.charCodeAt(place))
  return hash
}

function hashWith(hash: number, code: number): number {
  return (Math.imul(hash, 31) + code) | 0
}

const nothing: readonly never[] = Object.freeze([])

/** What a name is found by. Mostly that is one entry or none, which takes no list. */
interface Found<T> {
  first: Entry<T> | null
  more: Entry<T>[] | null
}

function newFound<T>(): Found<T> {
  return { first: null, more: null }
}

function add<T>(found: Found<T>, entry: Entry<T>): void {
  if (found.first === null) found.first = entry
  else if (found.more === null) found.more = [found.first, entry]
  else found.more.push(entry)
}

/** Each value once, in the order in which they were given. */
function answer<T>({ first, more }: Found<T>): readonly T[] {
  return more === null ? (first?.alone ?? nothing) : inOrder(more)
}

function inOrder<T>(found: Entry<T>[]): readonly T[] {
  found.sort((one, other) => one.place - other.place)
  const values: T[] = []
  let last = -1
  for (const { value, place } of found) {
    if (place !== last) values.push(value)
    last = place
  }
  return values
}
