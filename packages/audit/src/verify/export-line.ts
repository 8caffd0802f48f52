import type { Digest } from '../tree/hashing.ts'

/** An event as it is kept. */
export interface LogRecord {
  /** Its canonical form, exactly the bytes that were hashed: those of `line` from `start` to before `end`. */
  readonly line: Buffer
  readonly start: number
  readonly end: number
  /** The same, a character for each byte: quick to search. */
  readonly latin1: string
  readonly prev: Digest
  readonly hash: Digest
}

const head = '{"event":'
const [beforeHash, beforePrev, tail] = [',"hash":"', '","prev":"', '"}']
const digestLength = 64
const tailLength = beforeHash.length + digestLength + beforePrev.length + digestLength + tail.length

/**
 * One line of an export, without its end: `{"event":<canonical>,"hash":"<hex>","prev":"<hex>"}`. It is in canonical form itself, and
 * the event's bytes are all but its first 9 and last 149.
 */
export function exportLine({
  canonical,
  hash,
  prev,
}: {
  readonly canonical: string
  readonly hash: Uint8Array
  readonly prev: Uint8Array
}): string {
  return `${head}${canonical}${beforeHash}${hexOf(hash)}${beforePrev}${hexOf(prev)}${tail}`
}

/** The same line, made by PostgreSQL from `audit.events`. `audit.drop_archived_month` of migration 0019 has it once more. */
export const exportLineInSql = `'${head}' || canonical || '${beforeHash}' || encode(hash, 'hex') || '${beforePrev}' || encode(prev, 'hex') || '${tail}'`

/** Reads a line; null when it isn't one. */
export function readExportLine(line: Buffer): LogRecord | null {
  const text = line.toString('latin1')
  const end = text.length - tailLength
  const hashAt = end + beforeHash.length
  const prevAt = hashAt + digestLength + beforePrev.length
  const isOne =
    end > head.length &&
    text.startsWith(head) &&
    text.startsWith(beforeHash, end) &&
    text.startsWith(beforePrev, hashAt + digestLength) &&
    text.endsWith(tail)
  if (!isOne) return null
  return {
    line,
    start: head.length,
    end,
    latin1: text.slice(head.length, end),
    hash: text.slice(hashAt, hashAt + digestLength),
    prev: text.slice(prevAt, prevAt + digestLength),
  }
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}
