import { type Clock, goTime } from '../determinism/clock.ts'
import type { Random } from '../determinism/random.ts'
import { notFound } from '../errors/rack-error.ts'
import type { App, AppState } from './app.ts'
import type { LogLines } from './logs.ts'

export interface System {
  count: number
  readonly domain: string
  readonly name: string
  parameters: Record<string, string>
  readonly provider: string
  readonly 'rack-domain': string
  readonly 'router-internal': string
  readonly region: string
  status: string
  type: string
  version: string
}

export interface Registry {
  readonly server: string
  readonly username: string
  readonly password: string
}

export interface Certificate {
  readonly id: string
  readonly domain: string
  readonly domains: readonly string[]
  expiration: string
  readonly status: string
  /** Not in the rack's output. The parameter `generated` of `GET /certificates` selects by origin. */
  readonly origin: 'uploaded' | 'generated'
}

/** How the rack proves its ownership of a domain to Let's Encrypt. */
export interface LetsEncryptConfig {
  readonly role: string
  readonly solvers: readonly unknown[]
}

export interface RackEvent {
  readonly action: string
  readonly data: Readonly<Record<string, string>>
  readonly error: string
  readonly status: string
}

export interface Instance {
  readonly agent: boolean
  readonly cpu: number
  readonly 'cpu-capacity': number
  readonly 'cpu-allocatable': number
  readonly 'gpu-capacity': number
  readonly 'gpu-allocatable': number
  readonly id: string
  readonly memory: number
  readonly 'memory-capacity': number
  readonly 'memory-allocatable': number
  readonly 'private-ip': string
  readonly processes: number
  readonly 'public-ip': string
  readonly status: string
  readonly started: string
}

/** A resource of the rack itself, which apps can be linked to. */
export interface RackResource {
  readonly name: string
  parameters: Record<string, string>
  status: 'creating' | 'running' | 'deleting'
  readonly type: string
  readonly url: string
  apps: App[]
}

/** The whole state of a demo rack. Only handlers change it. */
export interface RackState {
  token: string
  readonly clock: Clock
  readonly random: Random
  readonly bootedAt: number
  readonly system: System
  readonly apps: Map<string, AppState>
  readonly registries: Registry[]
  readonly certificates: Certificate[]
  letsEncrypt: LetsEncryptConfig
  readonly instances: Instance[]
  /** The number of instances that the rack ever started. The ID of the newest instance contains this number. */
  instancesStarted: number
  readonly resources: Map<string, RackResource>
  /** The newest 1,000. */
  readonly events: RackEvent[]
  readonly logs: LogLines
}

/** @throws RackError 404 with the message that the CLI's wait loops expect */
export function findApp(rack: RackState, name: string | undefined): AppState {
  const found = rack.apps.get(name ?? '')
  if (found === undefined) throw notFound('app', name ?? '')
  return found
}

/** The present time plus `offset` milliseconds, in the rack's output format. */
export function timestamp(rack: Pick<RackState, 'clock' | 'random'>, offset = 0): string {
  return goTime(rack.clock.now() + offset, rack.random.below(1_000_000))
}
