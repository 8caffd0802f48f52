/** The time of day, such as `14:00 UTC`. @param at milliseconds since the epoch */
export function clockTime(at: number): string {
  return `${new Date(at).toISOString().slice(11, 16)} UTC`
}
