const lengths = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/**
 * A time that a person typed: `2h` ago, a day, or a day and a time. Without an offset, it is in the time zone of the browser.
 *
 * @param now milliseconds since the epoch
 * @returns milliseconds since the epoch, or null
 */
export function readTime(text: string, now: number): number | null {
  const [, count, unit] = /^(\d{1,5})([mhd])$/.exec(text) ?? []
  if (count !== undefined && (unit === 'm' || unit === 'h' || unit === 'd')) return now - Number(count) * lengths[unit]
  const [, day, clock = '00:00', offset = ''] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?))?(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? []
  if (day === undefined) return null
  const time = Date.parse(`${day}T${clock}${offset}`)
  return Number.isNaN(time) || !isDay(day) ? null : time
}

/** 30 February would become a day of March. */
function isDay(day: string): boolean {
  const time = Date.parse(`${day}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day)
}
