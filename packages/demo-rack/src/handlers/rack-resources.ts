import type { Call } from '../calls/call.ts'
import * as resources from '../state/rack-resources.ts'
import { readPairs } from '../wire/form.ts'
import type { RackResponse } from '../wire/response.ts'
import { json, ok } from '../wire/responses.ts'

export function listRackResources({ rack }: Call): RackResponse {
  return json([...rack.resources.values()].sort((a, b) => (a.name < b.name ? -1 : 1)))
}

/** `OPTIONS /resources`: the kinds of resources. */
export function listResourceTypes(): RackResponse {
  return json(resources.resourceTypes)
}

export function createRackResource({ rack, parameters }: Call): RackResponse {
  const { kind = '', name = '' } = parameters
  return json(resources.createRackResource(rack, { kind, name, parameters: pairsOf(parameters.parameters) }))
}

export function getRackResource({ rack, variables }: Call): RackResponse {
  return json(resources.findRackResource(rack, variables.resource ?? ''))
}

export function updateRackResource({ rack, variables, parameters }: Call): RackResponse {
  const resource = resources.findRackResource(rack, variables.resource ?? '')
  resource.parameters = { ...resource.parameters, ...pairsOf(parameters.parameters) }
  return json(resource)
}

export function deleteRackResource({ rack, variables }: Call): RackResponse {
  resources.deleteRackResource(rack, resources.findRackResource(rack, variables.resource ?? ''))
  return ok()
}

export function linkRackResource({ rack, variables, parameters }: Call): RackResponse {
  const resource = resources.findRackResource(rack, variables.resource ?? '')
  resources.linkApp(rack, resource, parameters.app ?? '')
  return json(resource)
}

export function unlinkRackResource({ rack, variables }: Call): RackResponse {
  const resource = resources.findRackResource(rack, variables.resource ?? '')
  resources.unlinkApp(resource, variables.app ?? '')
  return json(resource)
}

function pairsOf(encoded = ''): Record<string, string> {
  return Object.fromEntries(readPairs(encoded))
}
