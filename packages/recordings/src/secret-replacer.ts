import { type FoundSecret, type SecretFinder, shortestSecret } from './secret-finder.ts'

const nothing = Buffer.alloc(0)

/**
 * Replaces secrets in one direction of a stream, across any borders between its pieces.
 * It keeps back what may be the beginning of a secret, at most as long as the longest one.
 */
export class SecretReplacer {
  readonly #finder: SecretFinder | null
  #held: Buffer = nothing
  /** How many of the bytes that are kept back stand under a mark already. */
  #covered = 0
  #heldMark = ''

  constructor(finder: SecretFinder | null) {
    this.#finder = finder
  }

  /** Takes the next bytes. @returns what can be written now, which may be the same memory */
  replace(piece: Buffer): Buffer {
    const finder = this.#finder
    if (finder === null) return piece
    const bytes = this.#held.length === 0 ? piece : Buffer.concat([this.#held, piece])
    const open = finder.openAt(bytes)
    const end = open?.from ?? bytes.length
    const found = merged(finder.find(bytes), this.#covered)
    const written = writtenUpTo(bytes, end, found, this.#covered)
    this.#covered = Math.max(0, coveredFrom(found, end, this.#covered) - end)
    this.#held = end === bytes.length ? nothing : Buffer.from(bytes.subarray(end))
    this.#heldMark = open?.mark ?? ''
    return written
  }

  /** No more bytes come. A beginning that is as long as the shortest secret counts as one. */
  end(): Buffer {
    const rest = this.#held.subarray(this.#covered)
    this.#held = nothing
    this.#covered = 0
    return rest.length < shortestSecret ? rest : Buffer.from(this.#heldMark)
  }
}

/** Replaces secrets in a text that stands for itself. */
export function replaceIn(text: string, finder: SecretFinder | null): string {
  const replacer = new SecretReplacer(finder)
  return Buffer.concat([replacer.replace(Buffer.from(text)), replacer.end()]).toString('utf8')
}

/** Secrets that overlap, or follow each other as pieces of one do, are one. The first may begin with bytes that are covered already. */
function merged(found: readonly FoundSecret[], covered: number): FoundSecret[] {
  const whole: FoundSecret[] = []
  let last: FoundSecret | null = covered > 0 ? { from: 0, to: covered, mark: '' } : null
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

function writtenUpTo(bytes: Buffer, end: number, found: readonly FoundSecret[], covered: number): Buffer {
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

/** Up to where bytes are covered by a mark that is written. */
function coveredFrom(found: readonly FoundSecret[], end: number, covered: number): number {
  let to = covered
  for (const secret of found) if (secret.from < end) to = Math.max(to, secret.to)
  return to
}
