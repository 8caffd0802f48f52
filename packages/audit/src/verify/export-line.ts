import type { Digest } from '@rack-gateway/audit-proof'

/** An event, its hash, and the hash of the previous event. */
export interface LogRecord {
  /** The hashed bytes are those of `line` from `start` up to `end`. */
  readonly line: Buffer
  readonly start: number
  readonly end: number
  /** The hashed bytes as Latin-1 text, which is fast to search. */
  readonly latin1: string
  readonly prev: Digest
  readonly hash: Digest
}

const head = '{"event":'
const [beforeHash, beforePrev, tail] = [',"hash":"', '","prev":"', '"}']
const digestLength = 64
const tailLength = beforeHash.length + digestLength + beforePrev.length + digestLength + tail.length

/**
 * One line of an export without its line break: `{"event":<canonical>,"hash":"<hex>","prev":"<hex>"}`. The line is
 * canonical itself, and the event's bytes are all except the first 9 and the last 149.
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

/** The same line as an SQL expression. The SQL function `audit.drop_archived_month` repeats it. */
export const exportLineInSql = `'${head}' || canonical || '${beforeHash}' || encode(hash, 'hex') || '${beforePrev}' || encode(prev, 'hex') || '${tail}'`

/** @returns null for text that is not an export line */
export function readExportLine(line: Buffer): LogRecord | null {
  const text = line.toString('latin1')
  const end = text.length - tailLength
  const hashAt = end + beforeHash.length
  const prevAt = hashAt + digestLength + beforePrev.length
  const isExportLine =
    end > head.length &&
    text.startsWith(head) &&
    text.startsWith(beforeHash, end) &&
    text.startsWith(beforePrev, hashAt + digestLength) &&
    text.endsWith(tail)
  if (!isExportLine) return null
  return {
    line,
    start: head.length,
    end,
    latin1: text.slice(head.length, end),
    hash: text.slice(hashAt, hashAt + digestLength),
    prev: text.slice(prevAt, prevAt + digestLength),
  }
}

/** Reads the bytes of three columns of a row. `prev` and `hash` are in hex. @returns null if they cannot be an event */
export function readLogRow(canonical?: Buffer | null, prev?: Buffer | null, hash?: Buffer | null): LogRecord | null {
  if (!canonical || prev?.length !== digestLength || hash?.length !== digestLength) return null
  const end = canonical.length
  const latin1 = canonical.toString('latin1')
  return { line: canonical, start: 0, end, latin1, prev: prev.toString('latin1'), hash: hash.toString('latin1') }
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}
