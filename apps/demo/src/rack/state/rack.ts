import { type Clock, goTime } from '../clock.ts'
import { notFound } from '../errors.ts'
import type { Random } from '../random.ts'
import type { AppState } from './app.ts'
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
  readonly status: string
  type: string
  readonly version: string
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
  readonly expiration: string
  readonly status: string
}

/** Everything that a demo rack remembers. Handlers change it; nothing else does. */
export interface RackState {
  readonly token: string
  readonly clock: Clock
  readonly random: Random
  readonly bootedAt: number
  readonly system: System
  readonly apps: Map<string, AppState>
  readonly registries: readonly Registry[]
  readonly certificates: readonly Certificate[]
  readonly logs: LogLines
}

/** @throws RackError 404 in the words that the CLI's wait loops look for */
export function findApp(rack: RackState, name: string | undefined): AppState {
  const found = rack.apps.get(name ?? '')
  if (found === undefined) throw notFound('app', name ?? '')
  return found
}

/** A time as the rack prints it, relative to now. */
export function timestamp(rack: Pick<RackState, 'clock' | 'random'>, offset = 0): string {
  return goTime(rack.clock.now() + offset, rack.random.below(1_000_000))
}
