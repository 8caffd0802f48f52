const maxSleepSeconds = 86_400

/**
 * Detects the POST that starts an attached run. The actual command follows in an exec. `convox run --detach web sleep
 * 60` sends the same POST, so it counts as an attached run, but no exec follows.
 *
 * @returns the seconds, or null for any other command
 */
export function attachedRunSeconds(text: string): number | null {
  const digits = /^sleep ([1-9][0-9]{0,4})$/.exec(text)?.[1]
  if (digits === undefined) return null
  const seconds = Number(digits)
  return seconds <= maxSleepSeconds ? seconds : null
}
