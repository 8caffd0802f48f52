import { notFound } from '../errors/rack-error.ts'
import type { LogLines } from './logs.ts'
import type { StoredBytes } from './stored-bytes.ts'

/** The order of fields is the order in the rack's output. */
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
  entrypoint: string
  readonly 'git-sha': string
  logs: string
  manifest: string
  readonly process: string
  release: string
  readonly reason: string
  readonly repository: string
  status: string
  started: string
  ended: string
}

export interface Service {
  count: number
  cpu: number
  readonly domain: string
  gpu: number
  'gpu-vendor': string
  memory: number
  readonly name: string
  readonly nlb: null
  readonly ports: readonly { readonly balancer: number; certificate: string; readonly container: number }[] | null
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

export interface BudgetConfig {
  'monthly-cap-usd': number
  'alert-threshold-percent': number
  'at-cap-action': string
  'pricing-adjustment': number
}

/** The used part of the budget. */
export interface BudgetState {
  readonly 'month-start': string
  readonly 'current-month-spend-usd': number
  readonly 'current-month-spend-as-of': string
  'circuit-breaker-ack-by'?: string
  'circuit-breaker-ack-at'?: string
}

export interface Budget {
  readonly config: BudgetConfig
  readonly state: BudgetState
}

/** An app with everything that belongs to it. Lists are newest first. */
export interface AppState {
  readonly app: App
  readonly services: Service[]
  readonly processes: Map<string, Process>
  readonly releases: Release[]
  readonly builds: Build[]
  readonly buildLogs: Map<string, LogLines>
  /** The keys are build IDs, and the values are the uploads of `builds import`. */
  readonly archives: Map<string, StoredBytes>
  readonly resources: readonly Resource[]
  /** The keys are names of resources, and the values are the uploads of `resources import`. */
  readonly data: Map<string, StoredBytes>
  readonly configs: Map<string, string>
  budget: Budget | null
  readonly balancers: readonly Balancer[]
  readonly logs: LogLines
  readonly objects: Map<string, StoredBytes>
  /** For each process ID, the files that a caller copied into the process: their contents by path. */
  readonly files: Map<string, Map<string, Buffer>>
}

/** @throws RackError 404 */
export function findService({ services }: Pick<AppState, 'services'>, name: string | undefined): Service {
  const found = services.find((service) => service.name === name)
  if (found === undefined) throw notFound('service', name ?? '')
  return found
}
