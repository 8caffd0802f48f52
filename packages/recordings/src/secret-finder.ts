/** Something that must not stand in a recording, and what stands there instead. */
export interface Secret {
  readonly value: string
  readonly mark: string
}

/** Bytes from `from` up to `to` are a secret. */
export interface FoundSecret {
  readonly from: number
  readonly to: number
  readonly mark: string
}

/** What is looked for, byte for byte. */
export interface Needle {
  readonly bytes: Buffer
  readonly mark: string
}

/**
 * Shorter values are left: they would be found in ordinary text, and each mark in a date or a word would tell what the value is.
 * In bytes, as for what covers a rack's token.
 */
export const shortestSecret = 6
/** A longer value is looked for in pieces, so that no more than this has to be kept back. */
const longestPiece = 1_024

/**
 * Finds any of many secrets in one walk over the bytes, which skips most of them.
 * Compiled once for a release and shared by all of its recordings: it keeps no state.
 *
 * @see Wu and Manber, "A Fast Algorithm for Multi-Pattern Searching", 1994
 */
export class SecretFinder {
  /** All that it finds: what another one is made of elsewhere. */
  readonly needles: readonly Needle[]
  /** Bytes of the shortest and of the longest needle. */
  readonly #shortest: number
  readonly #longest: number
  /** By a block of two bytes: how far it is at least from the end of a needle's first bytes. */
  readonly #shifts = new Uint16Array(blocks)
  /** Needles by the last block of their first bytes, and by their first byte. */
  readonly #byBlock = new Map<number, Needle[]>()
  readonly #byFirst = new Map<number, Needle[]>()
  /** 1 for each byte that a needle begins with. */
  readonly #begins = new Uint8Array(256)

  constructor(needles: readonly Needle[]) {
    this.needles = needles
    const lengths = needles.map(({ bytes }) => bytes.length)
    this.#shortest = Math.min(...lengths)
    this.#longest = Math.max(...lengths)
    this.#shifts.fill(this.#shortest - 1)
    for (const needle of needles) this.#add(needle)
  }

  #add(needle: Needle): void {
    const { bytes } = needle
    for (let at = 1; at < this.#shortest; at++) {
      const block = blockAt(bytes, at)
      this.#shifts[block] = Math.min(this.#shifts[block] ?? 0, this.#shortest - 1 - at)
    }
    put(this.#byBlock, blockAt(bytes, this.#shortest - 1), needle)
    put(this.#byFirst, bytes[0] ?? 0, needle)
    this.#begins[bytes[0] ?? 0] = 1
  }

  /** All secrets in the bytes, by where they begin; of those that begin at one place the longest. They may overlap. */
  find(bytes: Buffer): FoundSecret[] {
    const found: FoundSecret[] = []
    let at = this.#shortest - 1
    while (at < bytes.length) {
      const block = blockAt(bytes, at)
      const shift = this.#shifts[block] ?? 0
      if (shift > 0) {
        at += shift
        continue
      }
      const from = at - this.#shortest + 1
      const needle = longestAt(bytes, from, this.#byBlock.get(block) ?? [])
      if (needle !== null) found.push({ from, to: from + needle.bytes.length, mark: needle.mark })
      at += 1
    }
    return found
  }

  /** Where the bytes' end may be the beginning of a secret, and of which; null where it can't be. */
  openAt(bytes: Buffer): { readonly from: number; readonly mark: string } | null {
    const last = bytes[bytes.length - 1]
    for (let from = Math.max(0, bytes.length - this.#longest + 1); from < bytes.length; from++) {
      if (this.#begins[bytes[from] ?? 0] === 0) continue
      const rest = bytes.length - from
      for (const needle of this.#byFirst.get(bytes[from] ?? 0) ?? []) {
        // Most can't be it by their last byte, which costs less than to compare.
        if (needle.bytes.length <= rest || needle.bytes[rest - 1] !== last) continue
        if (bytes.compare(needle.bytes, 0, rest, from) === 0) return { from, mark: needle.mark }
      }
    }
    return null
  }
}

const blocks = 4_096

function blockAt(bytes: Buffer, at: number): number {
  return (((bytes[at - 1] ?? 0) << 4) ^ (bytes[at] ?? 0)) & (blocks - 1)
}

function longestAt(bytes: Buffer, from: number, candidates: readonly Needle[]): Needle | null {
  let longest: Needle | null = null
  for (const needle of candidates) {
    const { length } = needle.bytes
    if (from + length > bytes.length || length <= (longest?.bytes.length ?? 0)) continue
    if (bytes.compare(needle.bytes, 0, length, from, from + length) === 0) longest = needle
  }
  return longest
}

function put(lists: Map<number, Needle[]>, key: number, needle: Needle): void {
  const list = lists.get(key)
  if (list) list.push(needle)
  else lists.set(key, [needle])
}

/**
 * Also finds a secret as it is written in an address or in JSON, and the password of one that is an address.
 *
 * @returns null where there is nothing to look for
 */
export function compileSecrets(secrets: readonly Secret[]): SecretFinder | null {
  const needles = new Map<string, Needle>()
  for (const { value, mark } of secrets) {
    for (const text of writingsOf(value)) {
      const whole = Buffer.from(text)
      if (whole.length < shortestSecret) continue
      for (const bytes of piecesOf(whole)) needles.set(bytes.toString('latin1'), { bytes, mark })
    }
  }
  return needles.size === 0 ? null : new SecretFinder([...needles.values()])
}

function writingsOf(value: string): string[] {
  const plain = [value, ...passwordsIn(value)]
  return plain.flatMap((text) => [text, encodeURIComponent(text.toWellFormed()), JSON.stringify(text).slice(1, -1)])
}

/** Of an address, as it is written there and as it is used. */
function passwordsIn(value: string): string[] {
  const password = URL.canParse(value) ? new URL(value).password : ''
  if (password === '') return []
  try {
    return [password, decodeURIComponent(password)]
  } catch {
    return [password]
  }
}

/** The last piece is no shorter than what is looked for. */
function piecesOf(bytes: Buffer): Buffer[] {
  const pieces: Buffer[] = []
  let from = 0
  while (bytes.length - from > longestPiece) {
    const rest = bytes.length - from - longestPiece
    const length = rest < shortestSecret ? longestPiece - shortestSecret : longestPiece
    pieces.push(bytes.subarray(from, from + length))
    from += length
  }
  pieces.push(bytes.subarray(from))
  return pieces
}
