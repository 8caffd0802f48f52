import type { App, Release } from '../../../../api/rack-data/readers.ts'

/**
 * `rolling-out`: the rack is replacing the processes of the app. `older`: created before the running release. Racks do
 * not promote an older release, but a person can roll back to it. `newer`: any other release, which can be promoted.
 */
export type ReleaseState = 'running' | 'rolling-out' | 'newer' | 'older'

/** @param running null if no release runs, or if the running release is not loaded */
export function releaseState(release: Release, app: App, running: Release | null): ReleaseState {
  if (release.id === app.release) return app.status === 'updating' ? 'rolling-out' : 'running'
  return running !== null && isBefore(release, running) ? 'older' : 'newer'
}

function isBefore({ created: one }: Release, { created: other }: Release): boolean {
  return one !== null && other !== null && Date.parse(one) < Date.parse(other)
}
