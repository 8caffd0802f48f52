/**
 * Replaces a rack's token in streamed bytes with a text of the same length, so that lengths, archives, and frames stay
 * valid.
 *
 * Finds the token in plain text and percent-encoded. The token can be split over several pieces. Does not find other
 * encodings such as base64, or a token whose beginning was already sent (see `reset`).
 */
export interface TokenRedactor {
  /**
   * @param piece is changed in place
   * @returns the last bytes of the text so far, if they may be the beginning of the token: slices of the given pieces,
   *   oldest first. If the next piece completes the token, the next call of `redact` changes these bytes. So send them
   *   after that call, before the next piece.
   */
  redact(piece: Buffer): readonly Buffer[]
  /** Forgets a possible beginning of the token. Call this after that beginning was sent, or after the last piece. */
  reset(): void
}

const placeholder = '[rack token]'
/** A shorter token would also match other text. */
const minimumTokenLength = 6

/** @returns null for a token that is too short */
export function createTokenRedactor(token: string): TokenRedactor | null {
  const needles = [...new Set([token, encodeURIComponent(token)])].map((text) => Buffer.from(text))
  if (Buffer.byteLength(token) < minimumTokenLength) return null
  let pending: Buffer[] = []

  function redact(piece: Buffer): readonly Buffer[] {
    const pendingBytes = pending.reduce((sum, { length }) => sum + length, 0)
    const bytes = pendingBytes === 0 ? piece : Buffer.concat([...pending, piece])
    const redacted = redactAll(bytes, needles)
    if (redacted && pendingBytes > 0) copyBack(bytes, [...pending, piece])
    const heldBackBytes = longestPrefixAtEnd(bytes, needles)
    pending = heldBackBytes === 0 ? [] : lastBytes([...pending, piece], heldBackBytes)
    return pending
  }

  return {
    redact,
    reset() {
      pending = []
    },
  }
}

function redactAll(bytes: Buffer, needles: readonly Buffer[]): boolean {
  let redacted = false
  for (const needle of needles) {
    for (let at = bytes.indexOf(needle); at !== -1; at = bytes.indexOf(needle, at + needle.length)) {
      bytes.write(placeholder.padEnd(needle.length, '*').slice(0, needle.length), at, 'latin1')
      redacted = true
    }
  }
  return redacted
}

function copyBack(bytes: Buffer, pieces: readonly Buffer[]): void {
  let at = 0
  for (const piece of pieces) {
    bytes.copy(piece, 0, at, at + piece.length)
    at += piece.length
  }
}

/** The number of bytes at the end that are the beginning of a token, but not a whole token. */
function longestPrefixAtEnd(bytes: Buffer, needles: readonly Buffer[]): number {
  let longest = 0
  for (const needle of needles) {
    for (let length = Math.min(needle.length - 1, bytes.length); length > longest; length--) {
      if (bytes.compare(needle, 0, length, bytes.length - length) === 0) longest = length
    }
  }
  return longest
}

/** The last bytes of the pieces, as slices of the same memory. */
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
