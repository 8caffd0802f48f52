/** A month in UTC, as `2026-10`. In the order of their text, months are in the order of time. */
export type Month = string

const written = /^(\d{4})-(0[1-9]|1[0-2])$/

export function isMonth(text: string): boolean {
  return written.test(text)
}

/** The month that a moment is in. @param at milliseconds since the epoch */
export function monthAt(at: number): Month {
  return new Date(at).toISOString().slice(0, 7)
}

/** Its first moment, milliseconds since the epoch. */
export function startOf(month: Month): number {
  return Date.parse(`${month}-01T00:00:00.000Z`)
}

/** @param count may be negative */
export function monthsAfter(month: Month, count: number): Month {
  const start = new Date(startOf(month))
  return monthAt(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + count, 1))
}

/** Its first moment and that of the next month, with their offset, so that they mean the same in every session. */
export function boundsOf(month: Month): { readonly from: string; readonly to: string } {
  return { from: new Date(startOf(month)).toISOString(), to: new Date(startOf(monthsAfter(month, 1))).toISOString() }
}
