import type { EventDraft } from '@rack-gateway/audit'
import type { AuthenticationDenial } from '@rack-gateway/auth'
import { LRUCache } from 'lru-cache'

export type Alarm = NonNullable<AuthenticationDenial['alarm']>

/** Events for uses of replaced tokens: at most one for each session and minute. */
export function createAlarms(now: () => number): (alarm: Alarm, source: EventDraft['source']) => EventDraft | null {
  const recent = new LRUCache<string, true>({ max: maxSessions, ttl: quiet, ttlResolution: 0, perf: { now } })

  return function eventOf({ session, user, name }, source) {
    if (recent.has(session)) return null
    recent.set(session, true)
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
const maxSessions = 1_000
