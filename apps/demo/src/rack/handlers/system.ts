import { goTime, zeroTime } from '../clock.ts'
import { RackError } from '../errors.ts'
import { timestamp } from '../state/rack.ts'
import type { Answer, Call } from '../types.ts'
import { json, ok } from '../wire/answers.ts'
import { readPairs } from '../wire/form.ts'

const hour = 3_600_000

export function getSystem({ rack }: Call): Answer {
  return json(rack.system)
}

export function updateSystem({ rack, parameters }: Call): Answer {
  if (parameters.parameters !== undefined) {
    rack.system.parameters = { ...rack.system.parameters, ...Object.fromEntries(readPairs(parameters.parameters)) }
  }
  if (parameters.count !== undefined) rack.system.count = Number.parseInt(parameters.count, 10) || rack.system.count
  if (parameters.type !== undefined) rack.system.type = parameters.type
  return ok()
}

export function listSystemProcesses({ rack }: Call): Answer {
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
  return json([process('api-7d9-x1', 'api'), process('router-8f-y2', 'router')])
}

export function listSystemReleases({ rack }: Call): Answer {
  const { version } = rack.system
  return json([{ id: version, app: '', build: '', env: '', manifest: '', description: '', created: zeroTime }])
}

export function listInstances({ rack }: Call): Answer {
  const instance = (number: number) => ({
    agent: true,
    cpu: 0.25,
    'cpu-capacity': 2,
    'cpu-allocatable': 1.9,
    'gpu-capacity': 0,
    'gpu-allocatable': 0,
    id: `ip-10-1-0-${number}.internal`,
    memory: 900,
    'memory-capacity': 4000,
    'memory-allocatable': 3500,
    'private-ip': `10.1.0.${number}`,
    processes: 4,
    'public-ip': '',
    status: 'running',
    started: goTime(rack.bootedAt - 72 * hour),
  })
  return json([1, 2, 3].map(instance))
}

export function listRegistries({ rack }: Call): Answer {
  return json(rack.registries)
}

export function listCertificates({ rack }: Call): Answer {
  return json(rack.certificates)
}

/** For every route of the contract that the demo rack doesn't play. */
export function notYet({ method, path }: Call): never {
  throw new RackError(501, `not part of this demo rack yet: ${method} ${path}`)
}
