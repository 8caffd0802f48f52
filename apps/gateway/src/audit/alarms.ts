import type { EventDraft } from '@rack-gateway/audit'
import type { Refusal } from '@rack-gateway/auth'
import { LRUCache } from 'lru-cache'

export type Alarm = NonNullable<Refusal['alarm']>

/** Uses of tokens that nobody should have any more: an event for each session, at most once a minute, however often it is tried. */
export function createAlarms(now: () => number): (alarm: Alarm, source: EventDraft['source']) => EventDraft | null {
  const told = new LRUCache<string, true>({ max: mostSessions, ttl: quiet, ttlResolution: 0, perf: { now } })

  return function eventOf({ session, user, name }, source) {
    if (told.has(session)) return null
    told.set(session, true)
    return {
      kind: 'session.superseded-token',
      principal: { kind: 'user', id: user, name, credential: session },
      ...(source && { source }),
      detail: { session, user },
    }
  }
}

export function alarmOf(error: unknown): Alarm | null {
  const alarm: unknown = typeof error === 'object' && error !== null && 'alarm' in error ? error.alarm : null
  return isAlarm(alarm) ? alarm : null
}

function isAlarm(value: unknown): value is Alarm {
  return typeof value === 'object' && value !== null && 'session' in value && 'user' in value && 'name' in value
}

/** Milliseconds. */
const quiet = 60_000
const mostSessions = 1_000
