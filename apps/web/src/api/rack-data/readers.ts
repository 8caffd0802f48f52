import {
  idField,
  listOf,
  numberField,
  readObject,
  textField,
  textFields,
  textMapField,
  timeField,
  UnexpectedStructure,
} from './fields.ts'

export interface App {
  readonly name: string
  /** The ID of the running release; empty if no release runs. */
  readonly release: string
  /** Such as `running` and `updating`. */
  readonly status: string
  readonly generation: string
  readonly router: string
  readonly isLocked: boolean
  readonly parameters: Readonly<Record<string, string>>
}

export function readApp(response: unknown): App {
  const fields = readObject(response)
  return {
    name: idField(fields, 'name'),
    ...textFields(fields, 'release', 'status', 'generation', 'router'),
    isLocked: fields.locked === true,
    parameters: textMapField(fields, 'parameters'),
  }
}

export const readApps = listOf(readApp)

export interface Service {
  readonly name: string
  readonly count: number
  /** In thousandths of a core. */
  readonly cpu: number
  /** In MB. */
  readonly memory: number
  readonly domain: string
  readonly ports: readonly { readonly balancer: number; readonly container: number }[]
}

function readService(response: unknown): Service {
  const fields = readObject(response)
  return {
    name: idField(fields, 'name'),
    count: numberField(fields, 'count'),
    cpu: numberField(fields, 'cpu'),
    memory: numberField(fields, 'memory'),
    domain: textField(fields, 'domain'),
    ports: Array.isArray(fields.ports) ? fields.ports.map(readPort) : [],
  }
}

function readPort(response: unknown) {
  const fields = readObject(response)
  return { balancer: numberField(fields, 'balancer'), container: numberField(fields, 'container') }
}

export const readServices = listOf(readService)

export interface Process {
  readonly id: string
  readonly app: string
  readonly service: string
  /** Empty if the process runs the command of its service. */
  readonly command: string
  readonly release: string
  readonly instance: string
  readonly status: string
  readonly cpu: number
  readonly memory: number
  readonly started: string | null
}

function readProcess(response: unknown): Process {
  const fields = readObject(response)
  return {
    id: idField(fields, 'id'),
    app: textField(fields, 'app'),
    service: textField(fields, 'service') || textField(fields, 'name'),
    ...textFields(fields, 'command', 'release', 'instance', 'status'),
    cpu: numberField(fields, 'cpu'),
    memory: numberField(fields, 'memory'),
    started: timeField(fields, 'started'),
  }
}

export const readProcesses = listOf(readProcess)

export interface Build {
  readonly id: string
  readonly app: string
  readonly description: string
  /** Such as `running`, `complete`, and `failed`. */
  readonly status: string
  /** Why the build failed. */
  readonly reason: string
  readonly release: string
  readonly gitSha: string
  readonly manifest: string
  readonly repository: string
  /** The log of a build that ended, if the rack sends it. */
  readonly logs: string
  readonly started: string | null
  readonly ended: string | null
}

export function readBuild(response: unknown): Build {
  const fields = readObject(response)
  return {
    id: idField(fields, 'id'),
    ...textFields(fields, 'app', 'description', 'status', 'reason', 'release'),
    gitSha: textField(fields, 'git-sha'),
    ...textFields(fields, 'manifest', 'repository', 'logs'),
    started: timeField(fields, 'started'),
    ended: timeField(fields, 'ended'),
  }
}

export const readBuilds = listOf(readBuild)

export interface Release {
  readonly id: string
  readonly app: string
  readonly build: string
  readonly description: string
  /** One `KEY=value` a line, some values masked; empty in a list. */
  readonly env: string
  /** Empty in a list. */
  readonly manifest: string
  readonly created: string | null
}

export function readRelease(response: unknown): Release {
  const fields = readObject(response)
  return {
    id: idField(fields, 'id'),
    ...textFields(fields, 'app', 'build', 'description', 'env', 'manifest'),
    created: timeField(fields, 'created'),
  }
}

export const readReleases = listOf(readRelease)

/**
 * For edits. `readRelease` reads a missing environment as empty, so an edit of that release would remove all variables.
 *
 * @throws UnexpectedStructure if the environment or the manifest is missing
 */
export function readCompleteRelease(response: unknown): Release {
  const { env, manifest } = readObject(response)
  if (typeof env !== 'string' || typeof manifest !== 'string') throw new UnexpectedStructure()
  return readRelease(response)
}

export interface Resource {
  readonly name: string
  readonly type: string
  readonly status: string
  /** With a masked password. */
  readonly url: string
}

export const readResources = listOf((response): Resource => {
  const fields = readObject(response)
  return {
    name: idField(fields, 'name'),
    ...textFields(fields, 'type', 'status', 'url'),
  }
})

export interface Config {
  readonly name: string
  readonly value: string
}

export const readConfigs = listOf((response): Config => {
  const fields = readObject(response)
  return { name: idField(fields, 'name'), value: textField(fields, 'value') }
})

export interface Instance {
  readonly id: string
  readonly status: string
  readonly processes: number
  /** The used part of `cpuAllocatable`, in cores. */
  readonly cpu: number
  readonly cpuAllocatable: number
  /** The used part of `memoryAllocatable`, in MB. */
  readonly memory: number
  readonly memoryAllocatable: number
  readonly privateIp: string
  readonly publicIp: string
  readonly started: string | null
}

export const readInstances = listOf((response): Instance => {
  const fields = readObject(response)
  return {
    id: idField(fields, 'id'),
    status: textField(fields, 'status'),
    processes: numberField(fields, 'processes'),
    cpu: numberField(fields, 'cpu'),
    cpuAllocatable: numberField(fields, 'cpu-allocatable'),
    memory: numberField(fields, 'memory'),
    memoryAllocatable: numberField(fields, 'memory-allocatable'),
    privateIp: textField(fields, 'private-ip'),
    publicIp: textField(fields, 'public-ip'),
    started: timeField(fields, 'started'),
  }
})
