import { goTime } from '../determinism/clock.ts'
import { RackError } from '../errors/rack-error.ts'

const compact = /^(\d{4})(\d\d)(\d\d)\.(\d\d)(\d\d)(\d\d)(?:\.(\d{3})\d*)?$/

/**
 * Parses a time in the CLI's form (`20261124.225749.000000000`) or in JSON's form. Returns milliseconds since 1970.
 *
 * @throws RackError 400 for anything else
 */
export function readTime(text: string): number {
  const [, year, month, day, hour, minute, second, fraction = '000'] = compact.exec(text) ?? []
  const iso = year === undefined ? text : `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction}Z`
  const milliseconds = /^\d{4}-\d\d-\d\dT/.test(iso) ? Date.parse(iso) : Number.NaN
  if (Number.isNaN(milliseconds)) throw new RackError(400, `invalid time: ${text}`)
  return milliseconds
}

/** Converts a time that `readTime` accepts to the rack's output format. */
export function toRackTime(text: string): string {
  return goTime(readTime(text))
}
