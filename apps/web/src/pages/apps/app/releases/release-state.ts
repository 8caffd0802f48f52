import type { App, Release } from '../../../../api/rack-data/readers.ts'

/**
 * What a release is to its app. `older` than the one that runs: racks refuse to promote it, and it can only be rolled back to.
 * `newer`: it can be promoted.
 */
export type ReleaseState = 'running' | 'rolling-out' | 'newer' | 'older'

/** @param running the release that runs; null: none does */
export function releaseState(release: Release, app: App, running: Release | null): ReleaseState {
  if (release.id === app.release) return app.status === 'updating' ? 'rolling-out' : 'running'
  return running !== null && isBefore(release, running) ? 'older' : 'newer'
}

function isBefore({ created: one }: Release, { created: other }: Release): boolean {
  return one !== null && other !== null && Date.parse(one) < Date.parse(other)
}
