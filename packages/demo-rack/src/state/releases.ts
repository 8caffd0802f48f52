import { newId } from '../determinism/random.ts'
import { notFound, RackError } from '../errors/rack-error.ts'
import type { AppState, Release } from './app.ts'
import { logLine } from './logs.ts'
import { addServices } from './new-app.ts'
import { isReplica } from './processes.ts'
import { type RackState, timestamp } from './rack.ts'

export function findRelease(app: AppState, id: string): Release {
  const found = app.releases.find((release) => release.id === id)
  if (found === undefined) throw notFound('release', id)
  return found
}

/** Missing fields come from the previous release. */
export function addRelease(
  rack: RackState,
  app: AppState,
  details: { build?: string; env?: string; manifest?: string; description: string },
): Release {
  const [latest] = app.releases
  const manifest = details.manifest ?? app.builds.find(({ id }) => id === details.build)?.manifest
  const release: Release = {
    id: newId.release(rack.random),
    app: app.app.name,
    build: details.build ?? latest?.build ?? '',
    env: details.env ?? latest?.env ?? '',
    manifest: manifest ?? latest?.manifest ?? '',
    description: details.description,
    created: timestamp(rack),
  }
  app.releases.unshift(release)
  return release
}

const steps = 4
const stepTime = 250

/**
 * The app is `updating` for a second. Then its replicas run the release.
 *
 * @throws RackError 403 during another rollout
 */
export function promote(rack: RackState, app: AppState, release: Release): void {
  if (app.app.status === 'updating') throw new RackError(403, 'app is currently updating')
  app.app.status = 'updating'
  app.app.release = release.id
  takeStep(rack, app, release, 1)
}

function takeStep(rack: RackState, app: AppState, release: Release, step: number): void {
  rack.clock.after(stepTime, () => {
    if (app.app.release !== release.id || app.app.status !== 'updating') return
    app.logs.append(logLine(rack.clock, 'system/k8s/atom/app', `promote step ${step}`))
    if (step < steps) takeStep(rack, app, release, step + 1)
    else finish(rack, app, release)
  })
}

function finish(rack: RackState, app: AppState, release: Release): void {
  app.app.status = 'running'
  if (app.services.length === 0) addServices(rack, app)
  for (const process of app.processes.values()) if (isReplica(process)) process.release = release.id
}

/** Returns to the release of the replicas, if the app has replicas. @throws RackError 403 without a rollout */
export function cancelPromotion(app: AppState): void {
  if (app.app.status !== 'updating') throw new RackError(403, 'app is not updating')
  app.app.status = 'running'
  const running = [...app.processes.values()].find(isReplica)
  if (running !== undefined) app.app.release = running.release
}
