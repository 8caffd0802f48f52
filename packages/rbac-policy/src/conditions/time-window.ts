/** Days in the order of `Date.getDay`. */
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
export type Day = (typeof days)[number]

/**
 * A part of the day, on some days, in a time zone. If `to` is before `from`, the window continues past midnight
 * and belongs to the day of `from`.
 */
export interface TimeWindow {
  /** Default: every day. */
  readonly days?: readonly Day[]
  /** `HH:MM`, inclusive. */
  readonly from: string
  /** `HH:MM`, up to `24:00`, exclusive. */
  readonly to: string
  /** A name of the IANA time zone database, such as `Europe/Berlin`. */
  readonly zone: string
}

const minutesADay = 1_440

export function windowProblem({ from, to, zone, days: named }: TimeWindow): string | null {
  if (minutesOf(from) === null || minutesOf(from) === minutesADay) return `"${from}" is not a time from 00:00 to 23:59`
  if (minutesOf(to) === null) return `"${to}" is not a time from 00:00 to 24:00`
  if (from === to) return 'it ends when it begins: for whole days, write from "00:00" to "24:00"'
  if (named?.length === 0) return 'it names no day'
  return isZone(zone) ? null : `"${zone}" is not a time zone, such as Europe/Berlin or UTC`
}

/** The returned function takes milliseconds since the epoch. */
export function compileWindow({ days: named, from, to, zone }: TimeWindow): (at: number) => boolean {
  const begins = minutesOf(from) ?? 0
  const ends = minutesOf(to) ?? 0
  const dayIndexes = new Set((named ?? days).map((day) => days.indexOf(day)))
  const localTime = clockOf(zone)

  return function isWithin(at) {
    const { day, minute } = localTime(at)
    if (begins < ends) return dayIndexes.has(day) && minute >= begins && minute < ends
    return (dayIndexes.has(day) && minute >= begins) || (dayIndexes.has((day + 6) % 7) && minute < ends)
  }
}

export function describeWindow({ days: named, from, to, zone }: TimeWindow): string {
  return `${named === undefined ? 'every day' : named.join(', ')} from ${from} to ${to} (${zone})`
}

interface LocalTime {
  /** 0 is Sunday. */
  readonly day: number
  /** The minute of the day. */
  readonly minute: number
}

type LocalClock = (at: number) => LocalTime

const clocks = new Map<string, LocalClock>()

/** All windows of a time zone share a clock, because a clock is slow, and needs much memory. */
function clockOf(zone: string): LocalClock {
  const clock = clocks.get(zone) ?? createClock(zone)
  clocks.set(zone, clock)
  return clock
}

/** Caches the local time for a minute, because the offsets of time zones are whole minutes. */
function createClock(zone: string): LocalClock {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  let last: { readonly minute: number; readonly time: LocalTime } | null = null

  return function localTime(at) {
    const minute = Math.floor(at / 60_000)
    if (last?.minute === minute) return last.time
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]))
    const day = days.indexOf((parts.get('weekday') ?? '').toLowerCase() as Day)
    const time = { day, minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')) }
    last = { minute, time }
    return time
  }
}

function minutesOf(text: string): number | null {
  const [, hours, minutes] = /^([01]\d|2[0-4]):([0-5]\d)$/.exec(text) ?? []
  const total = Number(hours) * 60 + Number(minutes)
  return total <= minutesADay ? total : null
}

function isZone(zone: string): boolean {
  try {
    return /^[A-Za-z]/.test(zone) && new Intl.DateTimeFormat('en-US', { timeZone: zone }).format(0) !== ''
  } catch {
    return false
  }
}
