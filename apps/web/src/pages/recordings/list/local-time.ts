/** A time as the platform's field for local times has it, such as `2027-01-31T12:00`. @param at RFC 3339 */
export function toLocalTime(at: string | undefined): string {
  if (at === undefined) return ''
  const time = new Date(at)
  const local = new Date(time.getTime() - time.getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 16)
}

/** @returns RFC 3339 in UTC; undefined for none */
export function fromLocalTime(text: string | undefined): string | undefined {
  const time = new Date(text ?? '')
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString()
}
