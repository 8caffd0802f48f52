import type { Build } from '../../../../api/rack-data/readers.ts'

/** Such as `1 m 30 s`. Empty until the build has ended, or if its times are missing or contradict each other. */
export function buildDurationText({ started, ended }: Pick<Build, 'started' | 'ended'>): string {
  if (started === null || ended === null) return ''
  const seconds = Math.round((Date.parse(ended) - Date.parse(started)) / 1_000)
  if (seconds < 0) return ''
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} m ${seconds % 60} s`
}
