import { canonical } from './canonical.ts'
import { genesis, linkHash } from './chain.ts'
import type { AuditEvent, EventDraft, RecordedEvent } from './event.ts'
import { uuidv7 } from './uuid.ts'

/** First moment of the month, UTC, that a moment is in. Both in milliseconds since the epoch. */
export function monthOf(at: number): number {
  const date = new Date(at)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)
}

/** Last millisecond of the month that a moment is in. */
export function endOfMonth(at: number): number {
  const date = new Date(at)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) - 1
}

/** One stream while it grows: gives each draft its place. What was sealed is never unsealed, only written later. */
export interface EventStream {
  readonly id: string
  readonly month: number
  /** The moment that an event of `at` would get: a clock that goes backwards reorders nothing. */
  momentOf(at: number): number
  /** Whether an event of `at` still belongs here: no stream spans two months. */
  holds(at: number): boolean
  seal(draft: EventDraft, at: number): RecordedEvent
  readonly size: number
}

export function createEventStream(openedAt: number): EventStream {
  const id = uuidv7(openedAt)
  const month = monthOf(openedAt)
  const lastMoment = endOfMonth(openedAt)
  let seq = 0
  let prev: Buffer = genesis
  let lastAt = openedAt
  const momentOf = (at: number) => Math.max(lastAt, at)
  return {
    id,
    month,
    momentOf,
    holds(at) {
      const moment = momentOf(at)
      return moment >= month && moment <= lastMoment
    },
    seal(draft, at) {
      const moment = momentOf(at)
      const place = { v: 1 as const, id: uuidv7(moment), stream: id, seq: seq + 1, at: new Date(moment).toISOString() }
      const event: AuditEvent = { ...draft, ...place }
      const text = canonical(event)
      const recorded = { event, canonical: text, prev, hash: linkHash(prev, text) }
      seq = place.seq
      prev = recorded.hash
      lastAt = moment
      return recorded
    },
    get size() {
      return seq
    },
  }
}
