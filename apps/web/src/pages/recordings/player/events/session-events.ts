import type { AuditEvent, Recording } from '@rack-gateway/gateway-api'
import { queryOptions } from '@tanstack/react-query'
import { get } from '../../../../api/client.ts'
import { toEntry } from '../../../audit/list/events-query.ts'

export interface SessionEvent {
  readonly id: string
  /** Milliseconds since the recording began. */
  readonly at: number
  readonly event: AuditEvent
}

export interface SessionEvents {
  /** Oldest first. */
  readonly events: readonly SessionEvent[]
  /** The people who opened the recording, according to the newest 100 events `recording.read` of the rack and app. */
  readonly readers: readonly string[]
  readonly hasMore: boolean
}

const limit = 100

/** Includes events up to this many milliseconds before the recording starts, or after it ends. */
const margin = 2_000

/**
 * The events of the recorded call, and the events of the person on the same app during the session. Each run of this
 * query causes audit events of its own.
 */
export function sessionEventsQuery(recording: Recording) {
  const { id, opened: openedEventId, startedAt, endedAt, principal, rack, app } = recording
  return queryOptions({
    queryKey: ['recording', id, 'events'],
    async queryFn({ signal }): Promise<SessionEvents> {
      const start = Date.parse(startedAt)
      const from = new Date(start - margin).toISOString()
      const times = { from, ...(endedAt !== null && { to: new Date(Date.parse(endedAt) + margin).toISOString() }) }
      const target = { rack, ...(app !== null && { app }) }
      const list = (query: object) => get('/audit/events', { query: { ...query, limit } }, signal)
      const first = toEntry(await get('/audit/events/{id}', { id: openedEventId }, signal))
      const { request } = first.event
      const [ofCall, ofUser, reads] = await Promise.all([
        request === undefined ? null : list({ request, from }),
        list({ principal: principal.id, ...target, ...times }),
        list({ kind: 'recording.read', ...target, from }),
      ])
      const entries = [first, ...[...(ofCall?.items ?? []), ...ofUser.items].map(toEntry)]
      const all = new Map(entries.map((entry) => [entry.id, entry.event]))
      const sessionEvents = [...all].filter(([, event]) => event.recording === undefined || event.recording.id === id)
      return {
        events: sessionEvents
          .map(([eventId, event]) => ({ id: eventId, at: Math.max(0, Date.parse(event.at) - start), event }))
          .sort((one, other) => one.at - other.at),
        readers: namesOf(
          reads.items.map((item) => toEntry(item).event).filter(({ recording }) => recording?.id === id),
        ),
        hasMore: ofUser.next !== null,
      }
    },
    staleTime: Number.POSITIVE_INFINITY,
  })
}

function namesOf(events: readonly AuditEvent[]): string[] {
  return [...new Set(events.flatMap(({ principal }) => (principal === undefined ? [] : [principal.name])))]
}
