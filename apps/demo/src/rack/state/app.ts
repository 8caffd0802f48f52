import type { LogLines } from './logs.ts'

/** Field order is the order in which a rack prints them. */
export interface App {
  readonly generation: string
  locked: boolean
  readonly name: string
  release: string
  readonly router: string
  status: 'running' | 'updating'
  parameters: Record<string, string>
}

export interface Process {
  readonly id: string
  readonly app: string
  readonly command: string
  readonly cpu: number
  readonly gpu: number
  readonly host: string
  readonly image: string
  readonly instance: string
  readonly memory: number
  readonly name: string
  readonly ports: readonly string[]
  release: string
  readonly started: string
  status: 'pending' | 'running'
  readonly service: string
}

export interface Release {
  readonly id: string
  readonly app: string
  readonly build: string
  readonly env: string
  readonly manifest: string
  readonly description: string
  readonly created: string
}

export interface Build {
  readonly id: string
  readonly app: string
  readonly description: string
  readonly entrypoint: string
  readonly 'git-sha': string
  readonly logs: string
  manifest: string
  readonly process: string
  release: string
  readonly reason: string
  readonly repository: string
  status: 'running' | 'complete'
  readonly started: string
  ended: string
}

export interface Service {
  count: number
  cpu: number
  readonly domain: string
  readonly gpu: number
  readonly 'gpu-vendor': string
  memory: number
  readonly name: string
  readonly nlb: null
  readonly ports: readonly { balancer: number; certificate: string; container: number }[] | null
}

export interface Resource {
  readonly name: string
  readonly status: string
  readonly type: string
  readonly url: string
}

export interface Balancer {
  readonly name: string
  readonly endpoint: string
  readonly ports: readonly { protocol: string; source: number; target: number }[]
  readonly service: string
}

export interface StoredObject {
  readonly length: number
  /** The beginning of it, up to the cap of what the demo rack keeps. */
  readonly bytes: Buffer
}

/** An app and all that hangs on it. Lists are newest first. */
export interface AppState {
  readonly app: App
  readonly services: Service[]
  readonly processes: Map<string, Process>
  readonly releases: Release[]
  readonly builds: Build[]
  readonly buildLogs: Map<string, LogLines>
  readonly resources: readonly Resource[]
  readonly balancers: readonly Balancer[]
  readonly logs: LogLines
  readonly objects: Map<string, StoredObject>
  /** By process, then by path: the content of the files that were copied up. */
  readonly files: Map<string, Map<string, Buffer>>
}
