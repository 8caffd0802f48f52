/**
 * Covers a rack's token in bytes that are on their way: with `[rack token]`, filled up with `*` or cut to the token's length,
 * so that lengths, archives and frames stay what they were.
 *
 * It finds the token across any borders between pieces. What it can't see is a token that was encoded, or printed bit by bit with pauses.
 */
export interface TokenVeil {
  /**
   * Covers every token in `piece`, and the rest of one that began in pieces before.
   *
   * @param piece is changed in place
   * @returns the pieces that end in what may be the beginning of a token, oldest first: keep them back until the next piece, which may complete it
   */
  cover(piece: Buffer): readonly Buffer[]
  /** The next piece doesn't follow, or what was kept back has been sent. */
  forget(): void
}

const mark = '[rack token]'
/** A token that is shorter would be found everywhere. */
const shortest = 6

/** @returns null where there is nothing to look for */
export function createTokenVeil(token: string): TokenVeil | null {
  const needles = [...new Set([token, encodeURIComponent(token)])].map((text) => Buffer.from(text))
  if (Buffer.byteLength(token) < shortest) return null
  let begun: Buffer[] = []

  function cover(piece: Buffer): readonly Buffer[] {
    const before = begun.reduce((sum, { length }) => sum + length, 0)
    const bytes = before === 0 ? piece : Buffer.concat([...begun, piece])
    const covered = coverAll(bytes, needles)
    if (covered && before > 0) copyBack(bytes, [...begun, piece])
    const open = longestBeginning(bytes, needles)
    begun = open === 0 ? [] : lastBytes([...begun, piece], open)
    return begun
  }

  return {
    cover,
    forget() {
      begun = []
    },
  }
}

function coverAll(bytes: Buffer, needles: readonly Buffer[]): boolean {
  let covered = false
  for (const needle of needles) {
    for (let at = bytes.indexOf(needle); at !== -1; at = bytes.indexOf(needle, at + needle.length)) {
      bytes.write(mark.padEnd(needle.length, '*').slice(0, needle.length), at, 'latin1')
      covered = true
    }
  }
  return covered
}

function copyBack(bytes: Buffer, pieces: readonly Buffer[]): void {
  let at = 0
  for (const piece of pieces) {
    bytes.copy(piece, 0, at, at + piece.length)
    at += piece.length
  }
}

/** How many bytes at the end are the beginning of a token, and not all of it. */
function longestBeginning(bytes: Buffer, needles: readonly Buffer[]): number {
  let longest = 0
  for (const needle of needles) {
    for (let length = Math.min(needle.length - 1, bytes.length); length > longest; length--) {
      if (bytes.compare(needle, 0, length, bytes.length - length) === 0) longest = length
    }
  }
  return longest
}

/** The pieces' last bytes, as slices of the same memory. */
function lastBytes(pieces: readonly Buffer[], count: number): Buffer[] {
  const last: Buffer[] = []
  let left = count
  for (const piece of pieces.toReversed()) {
    if (left === 0) break
    const taken = piece.subarray(Math.max(0, piece.length - left))
    left -= taken.length
    if (taken.length > 0) last.unshift(taken)
  }
  return last
}
