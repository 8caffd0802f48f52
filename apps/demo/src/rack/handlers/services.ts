import { notFound, RackError } from '../errors.ts'
import type { AppState, Service } from '../state/app.ts'
import { restartService, scaleService } from '../state/processes.ts'
import { findApp } from '../state/rack.ts'
import type { Answer, Call } from '../types.ts'
import { json, ok } from '../wire/answers.ts'

export function listServices({ rack, variables }: Call): Answer {
  return json(findApp(rack, variables.app).services)
}

export function updateService({ rack, variables, parameters }: Call): Answer {
  const app = findApp(rack, variables.app)
  const service = findService(app, variables.service)
  service.count = numberOr(parameters.count, service.count)
  service.cpu = numberOr(parameters.cpu, service.cpu)
  service.memory = numberOr(parameters.memory, service.memory)
  scaleService(rack, app, service.name)
  return ok()
}

export function restartOneService({ rack, variables }: Call): Answer {
  const app = findApp(rack, variables.app)
  restartService(rack, app, findService(app, variables.service).name)
  return ok()
}

export function listResources({ rack, variables }: Call): Answer {
  return json(findApp(rack, variables.app).resources)
}

export function getResource({ rack, variables }: Call): Answer {
  const found = findApp(rack, variables.app).resources.find(({ name }) => name === variables.resource)
  if (found === undefined) throw notFound('resource', variables.resource ?? '')
  return json(found)
}

function findService(app: AppState, name: string | undefined): Service {
  const found = app.services.find((service) => service.name === name)
  if (found === undefined) throw notFound('service', name ?? '')
  return found
}

function numberOr(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  if (!/^\d{1,4}$/.test(text)) throw new RackError(400, `not a number that a service can have: ${text}`)
  return Number(text)
}
