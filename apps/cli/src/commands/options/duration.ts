import { durationProblem, readDuration } from '@rack-gateway/time'
import { Usage } from '../../errors/errors.ts'

export interface DurationRange {
  /** Such as `1m`, inclusive. */
  readonly least: string
  /** Such as `90d`, inclusive. */
  readonly most: string
}

/** Seconds. @throws Usage */
export function parseSeconds(flag: string, text: string, { least, most }: DurationRange): number {
  const problem = durationProblem(least, most)(text)
  const duration = readDuration(text)
  if (problem === null && duration !== null) return duration / 1_000
  throw new Usage(`${flag} ${problem}.`, `Use a duration from ${least} to ${most}, such as 30m.`)
}
