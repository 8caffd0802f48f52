import type { Call } from '../calls/call.ts'
import { findBuild, newBuild, startBuild } from '../state/builds.ts'
import { findApp } from '../state/rack.ts'
import { toRackTime } from '../state/times.ts'
import type { RackResponse } from '../wire/response.ts'
import { json } from '../wire/responses.ts'
import { takeFirst } from './limit.ts'

export function listBuilds({ rack, variables, parameters }: Call): RackResponse {
  return json(takeFirst(findApp(rack, variables.app).builds, parameters.limit))
}

export function getBuild({ rack, variables }: Call): RackResponse {
  return json(findBuild(findApp(rack, variables.app), variables.build ?? ''))
}

/** An external build gets only a record. Its builder runs elsewhere and reports the progress. */
export function createBuild({ rack, variables, parameters }: Call): RackResponse {
  const app = findApp(rack, variables.app)
  const { url = '', description = '', 'git-sha': gitSha = '', manifest = '' } = parameters
  if (parameters.external !== 'true') return json(startBuild(rack, app, { url, description, gitSha }))
  const build = newBuild(rack, app, { description, gitSha, status: 'created' })
  build.manifest = manifest
  return json(build)
}

/** The report of an external build's builder. */
export function updateBuild({ rack, variables, parameters }: Call): RackResponse {
  const build = findBuild(findApp(rack, variables.app), variables.build ?? '')
  const { started, ended } = parameters
  if (started !== undefined) build.started = toRackTime(started)
  if (ended !== undefined) build.ended = toRackTime(ended)
  for (const field of ['entrypoint', 'logs', 'manifest', 'release', 'status'] as const) {
    build[field] = parameters[field] ?? build[field]
  }
  return json(build)
}
