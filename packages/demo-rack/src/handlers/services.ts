import type { Call } from '../calls/call.ts'
import { RackError } from '../errors/rack-error.ts'
import { findService } from '../state/app.ts'
import { readServices } from '../state/manifest.ts'
import { restartService, scaleService } from '../state/processes.ts'
import { findApp } from '../state/rack.ts'
import type { RackResponse } from '../wire/response.ts'
import { json, ok } from '../wire/responses.ts'

export function listServices({ rack, variables }: Call): RackResponse {
  return json(findApp(rack, variables.app).services)
}

export function updateService({ rack, variables, parameters }: Call): RackResponse {
  const app = findApp(rack, variables.app)
  const service = findService(app, variables.service)
  const [min, max] = [numberOr(parameters.min, 0), numberOr(parameters.max, 9999)]
  if (min > max) throw new RackError(400, 'min must not be greater than max')
  service.count = Math.min(Math.max(numberOr(parameters.count, service.count), min), max)
  service.cpu = numberOr(parameters.cpu, service.cpu)
  service.gpu = numberOr(parameters.gpu, service.gpu)
  service['gpu-vendor'] = parameters['gpu-vendor'] ?? service['gpu-vendor']
  service.memory = numberOr(parameters.memory, service.memory)
  scaleService(rack, app, service.name)
  return ok()
}

export function restartOneService({ rack, variables }: Call): RackResponse {
  const app = findApp(rack, variables.app)
  restartService(rack, app, findService(app, variables.service).name)
  return ok()
}

export function getManifestService({ rack, variables }: Call): RackResponse {
  const { app, releases } = findApp(rack, variables.app)
  const manifest = releases.find(({ id }) => id === app.release)?.manifest ?? ''
  const found = readServices(manifest).find(({ name }) => name === variables.service)
  if (found === undefined) {
    throw new RackError(500, `service ${variables.service} not found in manifest for app ${app.name}`)
  }
  const { name, environment, scale } = found
  return json({ name, ...(environment.length > 0 ? { environment } : {}), scale: { min: scale, max: scale } })
}

function numberOr(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback
  if (!/^\d{1,4}$/.test(text)) throw new RackError(400, `expected a whole number from 0 to 9999: ${text}`)
  return Number(text)
}
