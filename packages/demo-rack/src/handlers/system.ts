import type { Call } from '../calls/call.ts'
import { zeroTime } from '../determinism/clock.ts'
import { processesOf } from '../state/processes.ts'
import { timestamp } from '../state/rack.ts'
import { readPairs } from '../wire/form.ts'
import type { RackResponse } from '../wire/response.ts'
import { json, ok } from '../wire/responses.ts'

const hour = 3_600_000
const updateTime = 1000

export function getSystem({ rack }: Call): RackResponse {
  return json(rack.system)
}

/** A change of the version takes a second, in which the rack's status is `updating`. */
export function updateSystem({ rack, parameters }: Call): RackResponse {
  const { system, clock } = rack
  if (parameters.parameters !== undefined) {
    system.parameters = { ...system.parameters, ...Object.fromEntries(readPairs(parameters.parameters)) }
  }
  if (parameters.count !== undefined) system.count = Number.parseInt(parameters.count, 10) || system.count
  if (parameters.type !== undefined) system.type = parameters.type
  if (parameters.version) {
    system.version = parameters.version
    system.status = 'updating'
    clock.after(updateTime, () => {
      system.status = 'running'
    })
  }
  return ok()
}

export function getCapacity({ rack }: Call): RackResponse {
  const processes = [...rack.apps.values()].flatMap((app) => [...app.processes.values()])
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  return json({
    'cluster-cpu': sum(rack.instances.map((instance) => instance['cpu-capacity'] * 1000)),
    'cluster-gpu': sum(rack.instances.map((instance) => instance['gpu-capacity'])),
    'cluster-memory': sum(rack.instances.map((instance) => instance['memory-capacity'])),
    'process-count': processes.length,
    'process-cpu': sum(processes.map(({ cpu }) => cpu)),
    'process-gpu': sum(processes.map(({ gpu }) => gpu)),
    'process-memory': sum(processes.map(({ memory }) => memory)),
  })
}

export function listSystemProcesses({ rack, parameters }: Call): RackResponse {
  const process = (id: string, name: string) => ({
    id,
    app: 'system',
    command: '',
    cpu: 0,
    gpu: 0,
    host: '',
    image: '',
    instance: '',
    memory: 0,
    name,
    ports: null,
    release: rack.system.version,
    started: timestamp(rack, -hour),
    status: 'running',
  })
  const apps = parameters.all === 'true' ? [...rack.apps.values()].flatMap(processesOf) : []
  return json([process('api-7d9-x1', 'api'), process('router-8f-y2', 'router'), ...apps])
}

export function listSystemReleases({ rack }: Call): RackResponse {
  const { version } = rack.system
  return json([{ id: version, app: '', build: '', env: '', manifest: '', description: '', created: zeroTime }])
}

/** Does nothing, because the demo rack has no idle machines. */
export function cleanUpKarpenter(): RackResponse {
  return ok()
}
