import type { Release } from '../../../../api/rack-data/readers.ts'

export interface SkippedReleases {
  /** IDs, the newest first. */
  readonly neverPromoted: readonly string[]
  readonly promotedBefore: readonly string[]
}

/**
 * The releases that are newer than the chosen one, except the running release.
 *
 * @param promoted the IDs of the releases whose promotion the gateway recorded
 */
export function skippedReleases(
  releases: readonly Release[],
  { chosen, runningId, promoted }: { chosen: Release; runningId: string; promoted: ReadonlySet<string> },
): SkippedReleases {
  const newer = releases.filter(
    ({ id, created }) => id !== chosen.id && id !== runningId && isAfter(created, chosen.created),
  )
  const ids = newer.map(({ id }) => id)
  return {
    neverPromoted: ids.filter((id) => !promoted.has(id)),
    promotedBefore: ids.filter((id) => promoted.has(id)),
  }
}

function isAfter(one: string | null, other: string | null): boolean {
  return one !== null && other !== null && Date.parse(one) > Date.parse(other)
}

const maxNames = 3

/**
 * Sentences such as `8 newer releases were never promoted: R9, R8, R7, and 5 more.`
 *
 * @param isPartial whether there can be more releases than were read
 */
export function skippedText({ neverPromoted, promotedBefore }: SkippedReleases, isPartial = false): string[] {
  const sentence = (ids: readonly string[], what: string) => {
    if (ids.length === 0) return []
    const more = ids.length - maxNames
    const names = `${ids.slice(0, maxNames).join(', ')}${more > 0 ? `, and ${more} more` : ''}`
    const atLeast = isPartial ? 'At least ' : ''
    const [noun, verb] = ids.length === 1 ? ['release', 'was'] : ['releases', 'were']
    return [`${atLeast}${ids.length} newer ${noun} ${verb} ${what}: ${names}.`]
  }
  return [
    ...sentence(neverPromoted, 'never promoted'),
    ...sentence(promotedBefore, 'promoted before, and will not run'),
  ]
}
