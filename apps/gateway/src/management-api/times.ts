/** As the API says times: RFC 3339, or null for never. */
export function timeOf(date: Date | null): string | null {
  return date?.toISOString() ?? null
}
