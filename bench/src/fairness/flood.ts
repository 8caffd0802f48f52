import type { Role } from '../workloads/workload.ts'

/** One caller or several callers that try to use more than a fair share. */
export interface Flood {
  /** Also says which roles the callers have. */
  readonly title: string
  /** Seconds that the flood is measured. Default: 6. */
  readonly seconds?: number
  /** The callers have addresses of their own, which only Linux has on loopback. */
  readonly usesNetworks?: true
  /** Makes what the flood reads. */
  prepare?(target: FloodTarget): Promise<void>
  start(target: FloodTarget): RunningFlood
}

export interface FloodTarget {
  readonly url: string
  readonly tokens: Readonly<Record<Role, string>>
}

export interface RunningFlood {
  readonly statuses: ReadonlyMap<string, number>
  /** Bytes. */
  received(): number
  stop(): void
}
