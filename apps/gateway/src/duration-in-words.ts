const hour = 3_600_000
const day = 24 * hour

/** @param duration in milliseconds, an hour or more */
export function durationInWords(duration: number): string {
  return duration % day === 0 ? counted(duration / day, 'day') : counted(Math.floor(duration / hour), 'hour')
}

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
