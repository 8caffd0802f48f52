const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Converts `30d`, `24h`, `90m`, or `45s` to milliseconds; null for anything else. */
export function readDuration(text: string): number | null {
  const [, count, unit] = /^(0|[1-9]\d{0,5})([smhd])$/.exec(text) ?? []
  return isUnit(unit) ? Number(count) * units[unit] : null
}

/** As `readDuration`, for a text that was checked. @throws Error for any other text */
export function durationOf(text: string): number {
  const duration = readDuration(text)
  if (duration === null) throw new Error('not a duration, although it should have been checked')
  return duration
}

/** Both bounds are inclusive. */
export function durationProblem(least: string, most: string): (text: string) => string | null {
  const bounds = [least, most].map((bound) => readDuration(bound) ?? Number.NaN)
  return function problemOf(text) {
    const duration = readDuration(text)
    if (/^\d+$/.test(text)) return 'has no unit: put s, m, h, or d after the number'
    if (duration === null) return 'is not a duration'
    return duration >= (bounds[0] ?? 0) && duration <= (bounds[1] ?? 0) ? null : 'is not in range'
  }
}

/** @param duration milliseconds, at least an hour; hours are rounded down */
export function durationInWords(duration: number): string {
  return duration % units.d === 0 ? counted(duration / units.d, 'day') : counted(Math.floor(duration / units.h), 'hour')
}

/** Such as `90 minutes`. @param duration milliseconds, whole seconds */
export function exactDurationInWords(duration: number): string {
  if (duration % units.h === 0) return durationInWords(duration)
  return duration % units.m === 0 ? counted(duration / units.m, 'minute') : counted(duration / units.s, 'second')
}

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

function isUnit(text: string | undefined): text is keyof typeof units {
  return text !== undefined && text in units
}
