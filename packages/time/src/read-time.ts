const day = String.raw`(\d{4}-\d\d-\d\d)`
const seconds = String.raw`:\d\d(?:\.\d{1,3})?`
const hours = String.raw`(?:[01]\d|2[0-3]):\d\d`
const offset = String.raw`Z|[+-]\d\d:\d\d`

const forms = {
  /** RFC 3339 in UTC: `2027-01-31T12:00:00Z`, with up to three decimals of a second. */
  utc: new RegExp(`^${day}T(${hours}${seconds})(Z)$`),
  /** With any offset, and with or without seconds: `2027-01-31T12:00+01:00`. */
  offset: new RegExp(`^${day}T(${hours}(?:${seconds})?)(${offset})$`),
  /** As a person types it: a day, or a day and a time, with or without an offset. */
  typed: new RegExp(`^${day}(?:[T ](${hours}(?:${seconds})?)(${offset})?)?$`),
} as const

export type TimeForm = keyof typeof forms

/**
 * Rejects a date that does not exist, such as February 30. `Date.parse` would read it as a day in March.
 *
 * @param zone time zone of a `typed` time without an offset
 * @returns milliseconds since the epoch, or null for anything else
 */
export function readTime(text: string, form: TimeForm = 'utc', zone: 'local' | 'utc' = 'utc'): number | null {
  const [, date = '', time = '00:00', suffix = zone === 'utc' ? 'Z' : ''] = forms[form].exec(text) ?? []
  const at = isOnCalendar(date) ? Date.parse(`${date}T${time}${suffix}`) : Number.NaN
  return Number.isNaN(at) ? null : at
}

function isOnCalendar(date: string): boolean {
  const midnight = Date.parse(`${date}T00:00Z`)
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(date)
}
