import { InvalidAuditCursor } from '../errors/errors.ts'
import { isUuid } from '../events/uuid.ts'

/** How far a follower has read the log. */
export interface FollowPosition {
  /** The time of the last search for new streams. Milliseconds since the epoch, by the database's clock. */
  readonly at: number
  /** The number of the last event that it has read in each stream. */
  readonly streams: ReadonlyMap<string, number>
}

const maxStreams = 200
/** Characters. A position with 200 streams has some 15,000 at most, and a header of 64 KiB could be nested deeply. */
const maxLength = 16 * 1024

/** The text in `Last-Event-ID`. */
export function positionText({ at, streams }: FollowPosition): string {
  return Buffer.from(JSON.stringify([at, ...streams])).toString('base64url')
}

/** @throws InvalidAuditCursor */
export function readFollowPosition(text: string): FollowPosition {
  const [at, ...streams] = listIn(text)
  if (!isCount(at) || streams.length > maxStreams || !streams.every(isEntry)) throw new InvalidAuditCursor()
  return { at, streams: new Map(streams) }
}

function listIn(text: string): unknown[] {
  if (text.length > maxLength) return []
  try {
    const list: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('latin1'))
    return Array.isArray(list) ? list : []
  } catch {
    return []
  }
}

function isEntry(entry: unknown): entry is [string, number] {
  if (!Array.isArray(entry) || entry.length !== 2) return false
  const [stream, seq]: unknown[] = entry
  return typeof stream === 'string' && isUuid(stream) && isCount(seq)
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value < 8.64e15
}
