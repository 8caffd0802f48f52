const longestSleep = 86_400

/**
 * Whether a run's POST is the start of an attached run: exactly `sleep N`, with N from 1 to 86400 and no leading zero.
 * The command itself follows by exec. `run --detach command sleep 60` looks the same, and is the same to the rack: a process that sleeps.
 *
 * @returns seconds, or null when it is any other command
 */
export function attachedStart(text: string): number | null {
  const digits = /^sleep ([1-9][0-9]{0,4})$/.exec(text)?.[1]
  if (digits === undefined) return null
  const seconds = Number(digits)
  return seconds <= longestSleep ? seconds : null
}
