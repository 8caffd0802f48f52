import { useSyncExternalStore } from 'react'
import { type TimeZone, useTimeZone } from './time-zone.ts'

const local = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
const localShort = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' })

/** In seconds, the largest unit first. */
const units = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const

/** Such as `5 min. ago`. Both times are milliseconds since the epoch. */
export function relativeTime(at: number, now: number): string {
  const seconds = (at - now) / 1_000
  for (const [unit, size] of units)
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit)
  return Math.abs(seconds) < 5 ? 'now' : relative.format(Math.trunc(seconds), 'second')
}

let ticks = 0

/** Relative times change while a page is open, so they are rendered again from time to time. */
function subscribeToTicks(changed: () => void): () => void {
  const timer = setInterval(() => {
    ticks++
    changed()
  }, 30_000)
  return () => clearInterval(timer)
}

type TimeKind = 'local' | 'short' | 'relative'

/** @param time milliseconds since the epoch */
function localText(time: number, kind: TimeKind): string {
  if (kind === 'relative') return relativeTime(time, Date.now())
  return (kind === 'short' ? localShort : local).format(time)
}

/** Such as `2027-01-31 12:00:00Z`, or `01-31 12:00:00Z` for the kind `short`. */
function utcText(time: number, kind: TimeKind): string {
  const text = new Date(time).toISOString().replace(/T(.*)\.\d+Z$/, ' $1Z')
  return kind === 'short' ? text.slice(-'01-31 12:00:00Z'.length) : text
}

const minutes = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
const seconds = { ...minutes, second: '2-digit' } as const

/** Such as `14:03`, and `14:03Z` in UTC. @param time milliseconds since the epoch */
export function timeOfDay(time: number, zone: TimeZone, precision: 'minutes' | 'seconds' = 'minutes'): string {
  const format = precision === 'minutes' ? minutes : seconds
  if (zone === 'local') return new Intl.DateTimeFormat(undefined, format).format(time)
  return `${new Intl.DateTimeFormat(undefined, { ...format, timeZone: 'UTC' }).format(time)}Z`
}

/**
 * @param at RFC 3339
 * @param kind `relative`: such as `5 min. ago`, unless the person chose UTC; `short`: without the year, for rows
 */
export function Time({ at, kind = 'local' }: { readonly at: string; readonly kind?: TimeKind }) {
  useSyncExternalStore(subscribeToTicks, () => ticks)
  const zone = useTimeZone()
  const time = Date.parse(at)
  if (Number.isNaN(time)) return <span>{at}</span>
  const utc = new Date(time).toISOString()
  const exact = kind === 'relative' ? `${local.format(time)} · ${utc}` : utc
  return (
    <time dateTime={utc} title={zone === 'utc' ? local.format(time) : exact}>
      {zone === 'utc' ? utcText(time, kind) : localText(time, kind)}
    </time>
  )
}
