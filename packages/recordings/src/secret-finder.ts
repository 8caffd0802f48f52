/** A secret value, and the mark that replaces it in a recording. */
export interface Secret {
  readonly value: string
  readonly mark: string
}

/** The position of a secret. `to` is exclusive. */
export interface SecretMatch {
  readonly from: number
  readonly to: number
  readonly mark: string
}

/** A sequence of bytes to search for, and the mark that replaces it. */
interface Needle {
  readonly bytes: Buffer
  readonly mark: string
}

/**
 * Shorter values are not redacted. They occur in ordinary text, and a mark inside a date or a word would reveal the
 * value.
 */
export const minSecretBytes = 6
/** Bytes. Longer values are searched in pieces, which limits how many bytes must be held back. */
const maxPieceBytes = 1_024

/**
 * Searches for many secrets in one pass that skips most bytes. A finder has no state, so all recordings of an app's
 * release can share one finder.
 *
 * @see Wu and Manber, "A Fast Algorithm for Multi-Pattern Searching", 1994
 */
export class SecretFinder {
  /** Length of the shortest needle in bytes. */
  readonly #shortest: number
  /** Length of the longest needle in bytes. */
  readonly #longest: number
  /** Per block of two bytes: the minimum distance to the end of a needle's first `#shortest` bytes. */
  readonly #shifts = new Uint16Array(blockHashes)
  /** Needles by the last block of their first `#shortest` bytes. */
  readonly #byBlock = new Map<number, Needle[]>()
  readonly #byFirstByte = new Map<number, Needle[]>()
  /** 1 for each byte that a needle starts with. */
  readonly #isFirstByte = new Uint8Array(256)

  constructor(needles: readonly Needle[]) {
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
    addToList(this.#byBlock, blockAt(bytes, this.#shortest - 1), needle)
    addToList(this.#byFirstByte, bytes[0] ?? 0, needle)
    this.#isFirstByte[bytes[0] ?? 0] = 1
  }

  /** Returns all matches in order of their start; at each start, only the longest match. Matches may overlap. */
  find(bytes: Buffer): SecretMatch[] {
    const found: SecretMatch[] = []
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

  /** Finds the first position from which all remaining bytes are the beginning of a longer secret. */
  findPartialMatch(bytes: Buffer): { readonly from: number; readonly mark: string } | null {
    const last = bytes[bytes.length - 1]
    for (let from = Math.max(0, bytes.length - this.#longest + 1); from < bytes.length; from++) {
      if (this.#isFirstByte[bytes[from] ?? 0] === 0) continue
      const rest = bytes.length - from
      for (const needle of this.#byFirstByte.get(bytes[from] ?? 0) ?? []) {
        // Comparing the last byte first rules out most needles.
        if (needle.bytes.length <= rest || needle.bytes[rest - 1] !== last) continue
        if (bytes.compare(needle.bytes, 0, rest, from) === 0) return { from, mark: needle.mark }
      }
    }
    return null
  }
}

/** A block is hashed to 12 bits, so two blocks can share a hash. */
const blockHashes = 4_096

function blockAt(bytes: Buffer, at: number): number {
  return (((bytes[at - 1] ?? 0) << 4) ^ (bytes[at] ?? 0)) & (blockHashes - 1)
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

function addToList(lists: Map<number, Needle[]>, key: number, needle: Needle): void {
  const list = lists.get(key)
  if (list) list.push(needle)
  else lists.set(key, [needle])
}

/**
 * Builds a finder for the secrets, for their URL-encoded and JSON-encoded forms, and for the passwords of secrets that
 * are URLs.
 *
 * @returns null if there is nothing to search for
 */
export function compileSecrets(secrets: readonly Secret[]): SecretFinder | null {
  const needles = new Map<string, Needle>()
  for (const { value, mark } of secrets) {
    for (const text of encodingsOf(value)) {
      const whole = Buffer.from(text)
      if (whole.length < minSecretBytes) continue
      for (const bytes of piecesOf(whole)) needles.set(bytes.toString('latin1'), { bytes, mark })
    }
  }
  return needles.size === 0 ? null : new SecretFinder([...needles.values()])
}

function encodingsOf(value: string): string[] {
  const plain = [value, ...passwordsIn(value)]
  return plain.flatMap((text) => [text, encodeURIComponent(text.toWellFormed()), JSON.stringify(text).slice(1, -1)])
}

function passwordsIn(value: string): string[] {
  const password = URL.canParse(value) ? new URL(value).password : ''
  if (password === '') return []
  try {
    return [password, decodeURIComponent(password)]
  } catch {
    return [password]
  }
}

/** Every piece has at least `minSecretBytes`. */
function piecesOf(bytes: Buffer): Buffer[] {
  const pieces: Buffer[] = []
  let from = 0
  while (bytes.length - from > maxPieceBytes) {
    const rest = bytes.length - from - maxPieceBytes
    const length = rest < minSecretBytes ? maxPieceBytes - minSecretBytes : maxPieceBytes
    pieces.push(bytes.subarray(from, from + length))
    from += length
  }
  pieces.push(bytes.subarray(from))
  return pieces
}
