import type { Call } from '../calls/call.ts'
import { RackError } from '../errors/rack-error.ts'
import type { RackResponse } from '../wire/response.ts'
import { json, ok } from '../wire/responses.ts'

/** Includes the passwords, as a real rack does. */
export function listRegistries({ rack }: Call): RackResponse {
  return json(rack.registries)
}

export function addRegistry({ rack, parameters }: Call): RackResponse {
  const { server = '', username = '', password = '' } = parameters
  if (server === '') throw new RackError(400, 'server is required')
  const registry = { server, username, password }
  const index = rack.registries.findIndex((one) => one.server === server)
  rack.registries.splice(index === -1 ? rack.registries.length : index, index === -1 ? 0 : 1, registry)
  return json(registry)
}

/** The server's name is the rest of the path, decoded once, including slashes. */
export function removeRegistry({ rack, variables }: Call): RackResponse {
  const index = rack.registries.findIndex(({ server }) => server === variables.server)
  if (index === -1) throw new RackError(404, `no such registry: ${variables.server}`)
  rack.registries.splice(index, 1)
  return ok()
}
