import { useSyncExternalStore } from 'react'

const local = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
const short = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' })

/** Seconds, the largest unit first. */
const units = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const

/** Such as `5 min. ago`. @param now milliseconds since the epoch */
export function relativeTime(at: number, now: number): string {
  const seconds = (at - now) / 1_000
  for (const [unit, size] of units)
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit)
  return Math.abs(seconds) < 5 ? 'now' : relative.format(Math.trunc(seconds), 'second')
}

let ticks = 0

/** Relative times stay true while a page is open. */
function everyHalfMinute(changed: () => void): () => void {
  const timer = setInterval(() => {
    ticks++
    changed()
  }, 30_000)
  return () => clearInterval(timer)
}

/**
 * A time, local; in UTC as its title, which a screen reader and a pointer can read.
 *
 * @param at RFC 3339
 * @param kind `relative`: such as `5 min. ago`; `short`: without the year, for rows
 */
export function Time({ at, kind = 'local' }: { readonly at: string; readonly kind?: 'local' | 'short' | 'relative' }) {
  useSyncExternalStore(everyHalfMinute, () => ticks)
  const time = Date.parse(at)
  if (Number.isNaN(time)) return <span>{at}</span>
  const text = kind === 'relative' ? relativeTime(time, Date.now()) : (kind === 'short' ? short : local).format(time)
  const utc = new Date(time).toISOString()
  return (
    <time dateTime={utc} title={kind === 'relative' ? `${local.format(time)} · ${utc}` : utc}>
      {text}
    </time>
  )
}
