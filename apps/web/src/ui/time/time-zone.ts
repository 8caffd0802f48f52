import { createStore } from '../../store/create-store.ts'

/** `utc`: the component `Time` shows no relative times, and typed times are in UTC. */
export type TimeZone = 'local' | 'utc'

const storageKey = 'time-zone'
const current = createStore(read())

function read(): TimeZone {
  try {
    return localStorage.getItem(storageKey) === 'utc' ? 'utc' : 'local'
  } catch {
    return 'local'
  }
}

export function setTimeZone(zone: TimeZone): void {
  try {
    if (zone === 'local') localStorage.removeItem(storageKey)
    else localStorage.setItem(storageKey, zone)
  } catch {
    // A browser that forbids storage forgets the choice.
  }
  current.set(zone)
}

export const useTimeZone = current.use

/** Such as `2027-01-31T12:00:00`; empty if `at` is undefined or invalid. @param at RFC 3339 */
export function toFieldTime(at: string | undefined, zone: TimeZone): string {
  const time = new Date(at ?? '')
  if (Number.isNaN(time.getTime())) return ''
  const shift = zone === 'utc' ? 0 : time.getTimezoneOffset() * 60_000
  return new Date(time.getTime() - shift).toISOString().slice(0, 19)
}

/** @returns RFC 3339 in UTC; undefined for an empty field or an invalid time */
export function fromFieldTime(text: string | undefined, zone: TimeZone): string | undefined {
  const time = new Date(`${text ?? ''}${zone === 'utc' ? 'Z' : ''}`)
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString()
}
