import type { Call } from '../calls/call.ts'
import { notFound } from '../errors/rack-error.ts'
import { findProcess, processesOf, startRun, stopProcess } from '../state/processes.ts'
import { findApp } from '../state/rack.ts'
import { findRelease } from '../state/releases.ts'
import type { RackResponse } from '../wire/response.ts'
import { json, ok } from '../wire/responses.ts'

export function listProcesses({ rack, variables, parameters }: Call): RackResponse {
  const { service, release } = parameters
  const found = processesOf(findApp(rack, variables.app)).filter(
    (process) => (!service || process.service === service) && (!release || process.release === release),
  )
  for (const process of found) process.status = 'running'
  return json(found)
}

export function getProcess({ rack, variables }: Call): RackResponse {
  const process = findProcess(findApp(rack, variables.app), variables.process ?? '')
  process.status = 'running'
  return json(process)
}

export function stopOneProcess({ rack, variables }: Call): RackResponse {
  const app = findApp(rack, variables.app)
  stopProcess(rack, app, findProcess(app, variables.process ?? ''))
  return ok()
}

/** Only the header `Command` contains the command. */
export function runProcess({ rack, variables, parameters }: Call): RackResponse {
  const app = findApp(rack, variables.app)
  const service = variables.service ?? ''
  if (!app.services.some(({ name }) => name === service) && service !== 'build') throw notFound('service', service)
  const release = parameters.Release ? findRelease(app, parameters.Release).id : app.app.release
  return json(startRun(rack, app, { service, command: parameters.Command ?? '', release }))
}
