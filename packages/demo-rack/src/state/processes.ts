import { newId } from '../determinism/random.ts'
import { notFound } from '../errors/rack-error.ts'
import type { AppState, Process } from './app.ts'
import { type RackState, timestamp } from './rack.ts'

function startReplica(rack: RackState, app: AppState, service: string): Process {
  return add(app, {
    id: newId.process(rack.random, service),
    app: app.app.name,
    command: '',
    cpu: 10,
    gpu: 0,
    host: '10.1.0.1',
    image: `registry/${app.app.name}`,
    instance: 'ip-10-1-0-1.internal',
    memory: 128,
    name: service,
    ports: [],
    release: app.app.release,
    started: timestamp(rack),
    status: 'running',
    service,
  })
}

/** A one-off process. It stays pending until a request reads it, alone or in the list. */
export function startRun(
  rack: RackState,
  app: AppState,
  run: { service: string; command: string; release: string },
): Process {
  return add(app, {
    id: newId.run(rack.random),
    app: app.app.name,
    command: run.command,
    cpu: 0,
    gpu: 0,
    host: '',
    image: '',
    instance: 'ip-10-1-0-2.internal',
    memory: 0,
    name: run.service,
    ports: [],
    release: run.release,
    started: timestamp(rack),
    status: 'pending',
    service: run.service,
  })
}

function add(app: AppState, process: Process): Process {
  app.processes.set(process.id, process)
  return process
}

/** One-off processes have no image. */
export function isReplica(process: Process): boolean {
  return process.image !== ''
}

/** With `id or service`, the name of a service finds the first replica of that service. */
export function findProcess(app: AppState, id: string, by: 'id' | 'id or service' = 'id'): Process {
  const process = app.processes.get(id)
  if (process !== undefined) return process
  const replica = by === 'id' ? undefined : processesOf(app).find((one) => one.service === id && isReplica(one))
  if (replica === undefined) throw notFound('process', id)
  return replica
}

/** Sorted by ID, like a rack's list. */
export function processesOf(app: AppState): Process[] {
  return [...app.processes.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** A replica of a service is replaced at once. */
export function stopProcess(rack: RackState, app: AppState, process: Process): void {
  app.processes.delete(process.id)
  app.files.delete(process.id)
  if (isReplica(process)) startReplica(rack, app, process.service)
}

export function scaleService(rack: RackState, app: AppState, service: string): void {
  const replicaCount = app.services.find(({ name }) => name === service)?.count ?? 0
  const replicas = processesOf(app).filter((process) => process.service === service && isReplica(process))
  for (const replica of replicas.slice(replicaCount)) app.processes.delete(replica.id)
  for (let count = replicas.length; count < replicaCount; count += 1) startReplica(rack, app, service)
}

export function restartService(rack: RackState, app: AppState, service: string): void {
  const replicas = processesOf(app).filter((process) => process.service === service && isReplica(process))
  for (const replica of replicas) stopProcess(rack, app, replica)
}
