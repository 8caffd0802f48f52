/** A month in UTC, such as `2026-10`. Months sort as text. */
export type Month = string

const pattern = /^(\d{4})-(0[1-9]|1[0-2])$/

export function isMonth(text: string): boolean {
  return pattern.test(text)
}

/** @param at milliseconds since the epoch */
export function monthAt(at: number): Month {
  return new Date(at).toISOString().slice(0, 7)
}

/** The start of a month, in milliseconds since the epoch. */
export function startOf(month: Month): number {
  return Date.parse(`${month}-01T00:00:00.000Z`)
}

/** @param count may be negative */
export function monthsAfter(month: Month, count: number): Month {
  const start = new Date(startOf(month))
  return monthAt(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + count, 1))
}

/** The starts of this month and the next month, with `Z`, so that PostgreSQL does not use the session's time zone. */
export function boundsOf(month: Month): { readonly from: string; readonly to: string } {
  return { from: new Date(startOf(month)).toISOString(), to: new Date(startOf(monthsAfter(month, 1))).toISOString() }
}
