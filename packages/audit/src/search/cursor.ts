import { createHash } from 'node:crypto'
import { uuidPattern } from '@rack-gateway/audit-proof'
import { InvalidAuditCursor } from '../errors/errors.ts'
import type { FoundEvent, FoundPage } from './found-event.ts'
import type { PagePosition } from './query.ts'

const shape = new RegExp(`^([0-9a-f]{8})\\.(-?\\d{1,17})\\.(${uuidPattern})\\.(\\d{1,19})$`)

/** @param events of the page, and one more if there is a next page */
export function pageOf(events: readonly FoundEvent[], limit: number, filters: object): FoundPage {
  const items = events.slice(0, limit)
  const last = items.at(-1)
  return { items, next: events.length > limit && last ? writeCursor(last.position, filters) : null }
}

/** A cursor contains a position and a digest of the filters. It grants no access, and is valid only for the filters. */
function writeCursor({ at, stream, seq }: PagePosition, filters: object): string {
  return Buffer.from(`${digestOf(filters)}.${at}.${stream}.${seq}`).toString('base64url')
}

/** @throws InvalidAuditCursor */
export function readCursor(cursor: string, filters: object): PagePosition {
  const text = Buffer.from(cursor, 'base64url').toString('latin1')
  const [, digest, at, stream, seq] = shape.exec(text) ?? []
  const isOurs = Buffer.from(text).toString('base64url') === cursor && digest === digestOf(filters)
  if (!isOurs || at === undefined || stream === undefined || seq === undefined || !isInRange(at, seq))
    throw new InvalidAuditCursor()
  return { at, stream, seq }
}

/** Whether the numbers fit PostgreSQL's types. */
function isInRange(at: string, seq: string): boolean {
  return Math.abs(Number(at)) < 9e15 && BigInt(seq) < 2n ** 63n
}

function digestOf(filters: object): string {
  const entries = Object.entries(filters).filter(([, value]) => value !== undefined)
  return createHash('sha256')
    .update(JSON.stringify(entries.sort(([one], [other]) => (one < other ? -1 : 1))))
    .digest('hex')
    .slice(0, 8)
}
