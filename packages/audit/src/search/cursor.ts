import { createHash } from 'node:crypto'
import { InvalidAuditCursor } from '../errors.ts'
import { uuidPattern } from '../uuid.ts'
import type { FilterQuery } from './filter-query.ts'
import type { Place } from './query.ts'

const shape = new RegExp(`^([0-9a-f]{8})\\.(-?\\d{1,17})\\.(${uuidPattern})\\.(\\d{1,19})$`)

/** A cursor only says where to go on, never what may be seen. It is good for the filters that it came of. */
export function cursorAt({ at, stream, seq }: Place, filters: FilterQuery): string {
  return Buffer.from(`${markOf(filters)}.${at}.${stream}.${seq}`).toString('base64url')
}

/** @throws InvalidAuditCursor */
export function placeAt(cursor: string, filters: FilterQuery): Place {
  const text = Buffer.from(cursor, 'base64url').toString('latin1')
  const [, mark, at, stream, seq] = shape.exec(text) ?? []
  const isOurs = Buffer.from(text).toString('base64url') === cursor && mark === markOf(filters)
  if (!isOurs || at === undefined || stream === undefined || seq === undefined || !isInRange(at, seq))
    throw new InvalidAuditCursor()
  return { at, stream, seq }
}

/** What PostgreSQL's types hold. */
function isInRange(at: string, seq: string): boolean {
  return Math.abs(Number(at)) < 9e15 && BigInt(seq) < 2n ** 63n
}

function markOf(filters: FilterQuery): string {
  const said = Object.entries(filters).filter(([, value]) => value !== undefined)
  return createHash('sha256')
    .update(JSON.stringify(said.sort(([one], [other]) => (one < other ? -1 : 1))))
    .digest('hex')
    .slice(0, 8)
}
