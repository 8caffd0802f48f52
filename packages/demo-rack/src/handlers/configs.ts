import type { Call } from '../calls/call.ts'
import { RackError } from '../errors/rack-error.ts'
import { findApp } from '../state/rack.ts'
import type { RackResponse } from '../wire/response.ts'
import { json, ok } from '../wire/responses.ts'

/** Includes the values, as a real rack does. */
export function listConfigs({ rack, variables }: Call): RackResponse {
  const { configs } = findApp(rack, variables.app)
  return json([...configs].map(([name, value]) => ({ name, value })).sort((a, b) => (a.name < b.name ? -1 : 1)))
}

export function getConfig({ rack, variables }: Call): RackResponse {
  const { config: name = '' } = variables
  const value = findApp(rack, variables.app).configs.get(name)
  if (value === undefined) throw new RackError(404, `app config not found: ${name}`)
  return json({ name, value })
}

/** The value is sent in Base64 and returned decoded. */
export function setConfig({ rack, variables, parameters }: Call): RackResponse {
  const { value = '' } = parameters
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value)) {
    throw new RackError(400, 'failed to parse base 64 value')
  }
  findApp(rack, variables.app).configs.set(variables.config ?? '', Buffer.from(value, 'base64').toString('utf8'))
  return ok()
}
