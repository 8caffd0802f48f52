const maxSleepSeconds = 86_400

/**
 * Detects the POST that starts an attached run: exactly `sleep N`, with N from 1 to 86400 and no leading zero. The command follows by
 * exec. `run --detach command sleep 60` sends the same request, and only starts a process that sleeps.
 *
 * @returns the seconds, or null for any other command
 */
export function attachedRunSeconds(text: string): number | null {
  const digits = /^sleep ([1-9][0-9]{0,4})$/.exec(text)?.[1]
  if (digits === undefined) return null
  const seconds = Number(digits)
  return seconds <= maxSleepSeconds ? seconds : null
}
