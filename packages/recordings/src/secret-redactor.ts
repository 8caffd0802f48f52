import { minSecretBytes, type SecretFinder, type SecretMatch } from './secret-finder.ts'

const nothing = Buffer.alloc(0)

/**
 * Redacts secrets in one direction of a stream, however it is split into pieces. Holds back bytes that may be the start
 * of a secret, at most as many as the longest needle has.
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
    const open = finder.findPartialMatch(bytes)
    const end = open?.from ?? bytes.length
    const found = mergeMatches(finder.find(bytes), this.#redactedBytes)
    const written = redactUpTo(bytes, end, found, this.#redactedBytes)
    this.#redactedBytes = Math.max(0, endOfRedaction(found, end, this.#redactedBytes) - end)
    this.#pending = end === bytes.length ? nothing : Buffer.from(bytes.subarray(end))
    this.#pendingMark = open?.mark ?? ''
    return written
  }

  /** Ends the stream. @returns the pending bytes; if they are as long as the shortest secret, a mark instead */
  end(): Buffer {
    const rest = this.#pending.subarray(this.#redactedBytes)
    this.#pending = nothing
    this.#redactedBytes = 0
    return rest.length < minSecretBytes ? rest : Buffer.from(this.#pendingMark)
  }
}

/** Redacts secrets in a complete text. */
export function redactSecrets(text: string, finder: SecretFinder | null): string {
  const replacer = new SecretRedactor(finder)
  return Buffer.concat([replacer.redact(Buffer.from(text)), replacer.end()]).toString('utf8')
}

/**
 * Joins matches that overlap, and adjacent pieces of one long secret. The first `covered` bytes already belong to one.
 */
function mergeMatches(found: readonly SecretMatch[], covered: number): SecretMatch[] {
  const whole: SecretMatch[] = []
  let last: SecretMatch | null = covered > 0 ? { from: 0, to: covered, mark: '' } : null
  for (const next of found) {
    if (last !== null && (next.from < last.to || (next.from === last.to && next.mark === last.mark)))
      last = { ...last, to: Math.max(last.to, next.to) }
    else {
      if (last !== null) whole.push(last)
      last = next
    }
  }
  if (last !== null) whole.push(last)
  return whole
}

function redactUpTo(bytes: Buffer, end: number, found: readonly SecretMatch[], covered: number): Buffer {
  if (found.length === 0) return end === bytes.length ? bytes : bytes.subarray(0, end)
  const parts: Buffer[] = []
  let at = 0
  for (const { from, to, mark } of found) {
    if (from >= end) break
    if (from > at) parts.push(bytes.subarray(at, from))
    if (from > 0 || covered === 0) parts.push(Buffer.from(mark))
    at = to
  }
  if (at < end) parts.push(bytes.subarray(at, end))
  return Buffer.concat(parts)
}

/** The end of the bytes that the written marks replace. */
function endOfRedaction(found: readonly SecretMatch[], end: number, covered: number): number {
  let to = covered
  for (const secret of found) if (secret.from < end) to = Math.max(to, secret.to)
  return to
}
