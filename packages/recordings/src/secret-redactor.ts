import { minSecretBytes, type SecretFinder, type SecretMatch } from './secret-finder.ts'

const nothing = Buffer.alloc(0)

/**
 * Redacts secrets in one direction of a session. A secret can be split between pieces. Holds back bytes that may be the
 * start of a secret, always fewer than the longest sequence that the finder searches for.
 */
export class SecretRedactor {
  readonly #finder: SecretFinder | null
  #pending: Buffer = nothing
  /** How many of the pending bytes belong to a secret whose mark was written. */
  #redactedBytes = 0
  #pendingMark = ''

  constructor(finder: SecretFinder | null) {
    this.#finder = finder
  }

  /** @returns the bytes that can be written now, possibly the same memory */
  redact(piece: Buffer): Buffer {
    const finder = this.#finder
    if (finder === null) return piece
    const bytes = this.#pending.length === 0 ? piece : Buffer.concat([this.#pending, piece])
    const partialMatch = finder.findPartialMatch(bytes)
    const end = partialMatch?.from ?? bytes.length
    const matches = mergeMatches(finder.find(bytes), this.#redactedBytes)
    const written = redactUpTo(bytes, end, matches, this.#redactedBytes)
    this.#redactedBytes = Math.max(0, endOfRedaction(matches, end, this.#redactedBytes) - end)
    this.#pending = end === bytes.length ? nothing : Buffer.from(bytes.subarray(end))
    this.#pendingMark = partialMatch?.mark ?? ''
    return written
  }

  /** @returns the pending bytes that are not redacted yet, or a mark if there are at least `minSecretBytes` of them */
  end(): Buffer {
    const rest = this.#pending.subarray(this.#redactedBytes)
    this.#pending = nothing
    this.#redactedBytes = 0
    return rest.length < minSecretBytes ? rest : Buffer.from(this.#pendingMark)
  }
}

export function redactSecrets(text: string, finder: SecretFinder | null): string {
  const redactor = new SecretRedactor(finder)
  return Buffer.concat([redactor.redact(Buffer.from(text)), redactor.end()]).toString('utf8')
}

/**
 * Joins matches that overlap, and adjacent pieces of a long secret. The first `redactedBytes` bytes belong to an
 * earlier match, whose mark was written.
 */
function mergeMatches(matches: readonly SecretMatch[], redactedBytes: number): SecretMatch[] {
  const merged: SecretMatch[] = []
  let last: SecretMatch | null = redactedBytes > 0 ? { from: 0, to: redactedBytes, mark: '' } : null
  for (const next of matches) {
    if (last !== null && (next.from < last.to || (next.from === last.to && next.mark === last.mark)))
      last = { ...last, to: Math.max(last.to, next.to) }
    else {
      if (last !== null) merged.push(last)
      last = next
    }
  }
  if (last !== null) merged.push(last)
  return merged
}

function redactUpTo(bytes: Buffer, end: number, matches: readonly SecretMatch[], redactedBytes: number): Buffer {
  if (matches.length === 0) return end === bytes.length ? bytes : bytes.subarray(0, end)
  const parts: Buffer[] = []
  let at = 0
  for (const { from, to, mark } of matches) {
    if (from >= end) break
    if (from > at) parts.push(bytes.subarray(at, from))
    if (from > 0 || redactedBytes === 0) parts.push(Buffer.from(mark))
    at = to
  }
  if (at < end) parts.push(bytes.subarray(at, end))
  return Buffer.concat(parts)
}

/** The end of the bytes that the written marks replace. */
function endOfRedaction(matches: readonly SecretMatch[], end: number, redactedBytes: number): number {
  let to = redactedBytes
  for (const secret of matches) if (secret.from < end) to = Math.max(to, secret.to)
  return to
}
