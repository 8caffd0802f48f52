import { readDuration } from '@rack-gateway/time'
import { Usage } from '../../errors.ts'

/** The one form of every option that is a duration. */
export const durationForm = 'a number with the unit s, m, h, or d'

/** Milliseconds. @param example of a usual value @throws Usage */
export function parseDuration(flag: string, text: string, example: string): number {
  const duration = readDuration(text)
  if (duration !== null) return duration
  throw new Usage(`${flag} is not a duration.`, `Use ${durationForm}, such as ${example}.`)
}
