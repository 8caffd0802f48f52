import type { Call } from '../calls/call.ts'
import { findApp } from '../state/rack.ts'
import { addRelease, findRelease, promote } from '../state/releases.ts'
import type { RackResponse } from '../wire/response.ts'
import { json, ok } from '../wire/responses.ts'
import { takeFirst } from './limit.ts'

/** As on a real rack, only a single release shows env and manifest. */
export function listReleases({ rack, variables, parameters }: Call): RackResponse {
  const releases = takeFirst(findApp(rack, variables.app).releases, parameters.limit)
  return json(releases.map((release) => ({ ...release, env: '', manifest: '' })))
}

export function getRelease({ rack, variables }: Call): RackResponse {
  return json(findRelease(findApp(rack, variables.app), variables.release ?? ''))
}

export function createRelease({ rack, variables, parameters }: Call): RackResponse {
  const { build, env, description } = parameters
  const changes = { ...(build ? { build } : {}), ...(env === undefined ? {} : { env }) }
  return json(addRelease(rack, findApp(rack, variables.app), { ...changes, description: description || 'env change' }))
}

export function promoteRelease({ rack, variables }: Call): RackResponse {
  const app = findApp(rack, variables.app)
  promote(rack, app, findRelease(app, variables.release ?? ''))
  return ok()
}
