import type { DecidingGrant } from '@rack-gateway/rbac-policy'
import { clockTime } from './clock-time.ts'

/** Minutes before the end of a grant at which a session gets a notice, ascending. */
const noticeMinutes = [1, 5]
const minute = 60_000

/**
 * The notice that is due now, as the smallest of `noticeMinutes` that has come; null if none is due.
 *
 * @param lastNotice the last notice that the session got for this grant; null for none
 */
export function dueNotice(grant: DecidingGrant, lastNotice: number | null, now: number): number | null {
  const due = noticeMinutes.find((minutes) => grant.expiresAt - now <= minutes * minute)
  return due === undefined || (lastNotice !== null && lastNotice <= due) ? null : due
}

/** A line for a terminal in raw mode, which needs a carriage return. The command is last, so that it can be copied. */
export function noticeText({ id, expiresAt }: DecidingGrant, now: number): string {
  const minutes = Math.max(1, Math.ceil((expiresAt - now) / minute))
  const left = minutes === 1 ? '1 minute' : `${minutes} minutes`
  const notice = `rack-gateway: your access (request ${id}) ends in ${left}, at ${clockTime(expiresAt)}.`
  return `\r\n${notice} To extend it: rack-gateway request --extend ${id}\r\n`
}
