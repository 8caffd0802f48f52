import { compilePattern, type NameMatcher } from './pattern.ts'

/** What a name is found by. Mostly it is one thing, which takes no list. */
export interface Found<T> {
  readonly first: T
  /** All of them, where there are several. */
  readonly several: readonly T[] | null
}

/** Things that have a name pattern each, found by name. */
export interface NameIndex<T> {
  readonly size: number
  /** Those whose pattern matches, each once, in the order in which they were given; null for none. Not to be changed. */
  find(name: string): Found<T> | null
}

/** How a pattern is held against a name. */
type Kind = 'whole' | 'beginning' | 'end' | 'other'

/** A pattern, and what it finds where nothing else is found. */
interface Entry<T> extends Found<T> {
  readonly kind: Kind
  /** What a name is, begins with or ends with. */
  readonly piece: string
  /** What a name has to match besides; null where the piece says it all. */
  readonly matches: NameMatcher | null
  /** Another one, whose piece has the same hash. */
  next: Entry<T> | null
  /** That of its thing among those that were given. */
  readonly place: number
}

type Hits<T> = Entry<T> | Entry<T>[] | null

/** Of so few, each is asked. */
const few = 8

/**
 * Finds among many patterns without asking each: a pattern is only looked at for names that begin, or else end, as it does.
 * Its cost is that of the patterns that could match, of the distinct lengths of their pieces, and of the name's length.
 */
export function createNameIndex<T>(
  given: readonly { readonly patterns: readonly string[] | undefined; readonly value: T }[],
): NameIndex<T> {
  const size = given.length
  const entries = given.flatMap(({ patterns = ['*'], value }, place) =>
    patterns.map((pattern) => entryOf(pattern, value, place)),
  )
  if (entries.every(isForAll)) return new AnyName(size, foundOf(inOrder(entries)))
  return entries.length <= few ? new FewNames(size, entries) : new ManyNames(size, entries)
}

/** All that was found, as a list. */
export function listOf<T>(found: Found<T> | null): readonly T[] {
  return found === null ? nothing : (found.several ?? [found.first])
}

/** A list as if it were found. */
export function foundOf<T>(list: readonly T[]): Found<T> | null {
  const [first] = list
  return first === undefined ? null : { first, several: list.length === 1 ? null : list }
}

const nothing: readonly never[] = Object.freeze([])

function entryOf<T>(pattern: string, value: T, place: number): Entry<T> {
  const [first = '', ...more] = pattern.split('*')
  const last = more.at(-1) ?? ''
  const kind = more.length === 0 ? 'whole' : first !== '' ? 'beginning' : last !== '' ? 'end' : 'other'
  const piece = kind === 'end' ? last : first
  const says = kind === 'whole' ? piece : kind === 'beginning' ? `${piece}*` : `*${piece}`
  const matches = pattern === says && pattern !== '' ? null : compilePattern(pattern)
  return { first: value, several: null, kind, piece, matches, next: null, place }
}

function isForAll({ kind, matches }: Entry<unknown>): boolean {
  return kind === 'other' && matches === null
}

function isOf({ kind, piece, matches }: Entry<unknown>, name: string): boolean {
  if (matches !== null) return matches(name)
  switch (kind) {
    case 'whole':
      return name === piece
    case 'beginning':
      return name.startsWith(piece)
    case 'end':
      return name.endsWith(piece)
    case 'other':
      return true
  }
}

class AnyName<T> implements NameIndex<T> {
  readonly size: number
  readonly #found: Found<T> | null

  constructor(size: number, found: Found<T> | null) {
    this.size = size
    this.#found = found
  }

  find(): Found<T> | null {
    return this.#found
  }
}

class FewNames<T> implements NameIndex<T> {
  readonly size: number
  readonly #entries: readonly Entry<T>[]

  constructor(size: number, entries: readonly Entry<T>[]) {
    this.size = size
    this.#entries = entries
  }

  find(name: string): Found<T> | null {
    let hits: Hits<T> = null
    for (const entry of this.#entries) if (isOf(entry, name)) hits = and(hits, entry)
    return answer(hits)
  }
}

class ManyNames<T> implements NameIndex<T> {
  readonly size: number
  readonly #others: readonly Entry<T>[]
  readonly #wholes: PieceTable<T>
  readonly #beginnings: PieceTable<T>
  readonly #ends: PieceTable<T>

  constructor(size: number, entries: readonly Entry<T>[]) {
    const of = (wanted: Kind) =>
      entries.filter(({ kind, piece }) => kind === wanted && (kind === 'other' || piece !== ''))
    this.size = size
    this.#others = of('other')
    this.#wholes = new PieceTable(of('whole'), hashOf)
    this.#beginnings = new PieceTable(of('beginning'), hashOf)
    this.#ends = new PieceTable(of('end'), hashOfEnd)
  }

  find(name: string): Found<T> | null {
    let hits: Hits<T> = null
    for (const entry of this.#others) if (isOf(entry, name)) hits = and(hits, entry)
    hits = this.#byStart(name, hits)
    return answer(this.#byEnd(name, hits))
  }

  #byStart(name: string, already: Hits<T>): Hits<T> {
    let hits = already
    let hash = 0
    let place = 0
    for (const length of this.#beginnings.lengths) {
      if (length > name.length) break
      for (; place < length; place++) hash = hashWith(hash, name.charCodeAt(place))
      hits = this.#beginnings.addTo(hits, hash, name)
    }
    if (this.#wholes.lengths.length === 0) return hits
    for (; place < name.length; place++) hash = hashWith(hash, name.charCodeAt(place))
    return this.#wholes.addTo(hits, hash, name)
  }

  /** A name is read backwards. */
  #byEnd(name: string, already: Hits<T>): Hits<T> {
    let hits = already
    let hash = 0
    let place = 0
    for (const length of this.#ends.lengths) {
      if (length > name.length) break
      for (; place < length; place++) hash = hashWith(hash, name.charCodeAt(name.length - 1 - place))
      hits = this.#ends.addTo(hits, hash, name)
    }
    return hits
  }
}

/**
 * Entries by the hashes of their pieces: nothing is cut out of a name to look it up, and what is found is compared. What is
 * asked of every name is two numbers for each entry, close together: it stays in the processor's cache, as entries by the thousand don't.
 */
class PieceTable<T> {
  /** Each once, shortest first. */
  readonly lengths: readonly number[]
  /** Where a hash stands, open addressing: the hash, and the place in `#heads` from 1; 0: nothing. */
  readonly #slots: Int32Array
  readonly #mask: number
  readonly #heads: Entry<T>[] = []

  constructor(entries: readonly Entry<T>[], hash: (piece: string) => number) {
    this.lengths = [...new Set(entries.map(({ piece }) => piece.length))].sort((one, other) => one - other)
    let size = 2
    while (size < entries.length * 2) size *= 2
    this.#slots = new Int32Array(size * 2)
    this.#mask = size - 1
    for (const entry of entries) this.#put(hash(entry.piece), entry)
  }

  /** What was found already, and those for the name whose pieces have the hash. */
  addTo(already: Hits<T>, hash: number, name: string): Hits<T> {
    let hits = already
    const head = this.#slots[this.#slotOf(hash) + 1] ?? 0
    if (head === 0) return hits
    for (let entry = this.#heads[head - 1] ?? null; entry !== null; entry = entry.next)
      if (isOf(entry, name)) hits = and(hits, entry)
    return hits
  }

  #put(hash: number, entry: Entry<T>): void {
    const slot = this.#slotOf(hash)
    const head = this.#slots[slot + 1] ?? 0
    if (head === 0) {
      this.#slots[slot] = hash
      this.#slots[slot + 1] = this.#heads.push(entry)
    } else {
      entry.next = this.#heads[head - 1] ?? null
      this.#heads[head - 1] = entry
    }
  }

  /** That of the hash, or the empty one where it would be. At least half of them are empty. */
  #slotOf(hash: number): number {
    let slot = (hash ^ (hash >>> 15)) & this.#mask
    while (this.#slots[slot * 2 + 1] !== 0 && this.#slots[slot * 2] !== hash) slot = (slot + 1) & this.#mask
    return slot * 2
  }
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

function and<T>(hits: Hits<T>, entry: Entry<T>): Hits<T> {
  if (hits === null) return entry
  if (!Array.isArray(hits)) return [hits, entry]
  // It was made for this question.
  hits.push(entry)
  return hits
}

function answer<T>(hits: Hits<T>): Found<T> | null {
  return Array.isArray(hits) ? foundOf(inOrder(hits)) : hits
}

/** Each value once, in the order in which they were given. */
function inOrder<T>(entries: Entry<T>[]): readonly T[] {
  entries.sort((one, other) => one.place - other.place)
  const values: T[] = []
  let last = -1
  for (const { first, place } of entries) {
    if (place !== last) values.push(first)
    last = place
  }
  return values
}
