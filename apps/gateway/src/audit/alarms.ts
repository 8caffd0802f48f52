import type { EventDraft } from '@rack-gateway/audit'
import type { AuthenticationDenial } from '@rack-gateway/auth'
import { LRUCache } from 'lru-cache'

/** The use of a session token that a newer session token has replaced. */
export type TokenAlarm = NonNullable<AuthenticationDenial['alarm']>

/**
 * @returns a function that creates the event of an alarm; the function returns null if it created an event for the same
 *   session in the last minute
 */
export function tokenAlarmEventFactory(
  now: () => number,
): (alarm: TokenAlarm, source: EventDraft['source']) => EventDraft | null {
  const recent = new LRUCache<string, true>({ max: maxSessions, ttl: quietPeriod, ttlResolution: 0, perf: { now } })

  return function createTokenAlarmEvent({ session, user, name }, source) {
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

export function tokenAlarmOf(error: unknown): TokenAlarm | null {
  const alarm: unknown = typeof error === 'object' && error !== null && 'alarm' in error ? error.alarm : null
  return isTokenAlarm(alarm) ? alarm : null
}

function isTokenAlarm(value: unknown): value is TokenAlarm {
  return typeof value === 'object' && value !== null && 'session' in value && 'user' in value && 'name' in value
}

/** Milliseconds. */
const quietPeriod = 60_000
const maxSessions = 1_000
