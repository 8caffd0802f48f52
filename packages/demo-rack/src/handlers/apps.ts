import type { Call } from '../calls/call.ts'
import { RackError } from '../errors/rack-error.ts'
import { newApp } from '../state/new-app.ts'
import { findApp } from '../state/rack.ts'
import { cancelPromotion } from '../state/releases.ts'
import { readPairs } from '../wire/form.ts'
import type { RackResponse } from '../wire/response.ts'
import { json, ok } from '../wire/responses.ts'

export function listApps({ rack }: Call): RackResponse {
  return json([...rack.apps.values()].map(({ app }) => app).sort((a, b) => (a.name < b.name ? -1 : 1)))
}

export function createApp({ rack, parameters }: Call): RackResponse {
  const name = parameters.name ?? ''
  if (!/^[a-z][a-z0-9-]*$/.test(name)) throw new RackError(400, 'app name invalid')
  if (rack.apps.has(name)) throw new RackError(409, `app already exists: ${name}`)
  const created = newApp(rack, name, '')
  rack.apps.set(name, created)
  return json(created.app)
}

export function getApp({ rack, variables }: Call): RackResponse {
  return json(findApp(rack, variables.app).app)
}

export function updateApp({ rack, variables, parameters }: Call): RackResponse {
  const { app } = findApp(rack, variables.app)
  if (parameters.lock !== undefined) app.locked = parameters.lock === 'true'
  if (parameters.parameters !== undefined) {
    app.parameters = { ...app.parameters, ...Object.fromEntries(readPairs(parameters.parameters)) }
  }
  return ok()
}

export function deleteApp({ rack, variables }: Call): RackResponse {
  const { app } = findApp(rack, variables.app)
  if (app.locked) throw new RackError(403, `app is locked: ${app.name}`)
  rack.apps.delete(app.name)
  return ok()
}

export function cancelApp({ rack, variables }: Call): RackResponse {
  cancelPromotion(findApp(rack, variables.app))
  return ok()
}

export function listBalancers({ rack, variables }: Call): RackResponse {
  return json(findApp(rack, variables.app).balancers)
}
