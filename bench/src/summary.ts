import type { Measurement } from './rounds.ts'
import { type Spread, spread } from './statistics.ts'

export interface Summary {
  readonly subject: string
  readonly connections: number
  readonly requestsPerSecond: Spread
  readonly p50: Spread
  readonly p99: Spread
  readonly cpuMicrosPerRequest: Spread
  readonly others: Spread | null
  /** By baseline: how many times its requests per second, each round against the same round. */
  readonly ratios: Readonly<Record<string, Spread>>
}

/** @param baselines subjects that all others are compared with */
export function summarise(measurements: readonly Measurement[], baselines: readonly string[]): Summary[] {
  const firstRound = measurements.filter(({ round }) => round === measurements[0]?.round)
  return firstRound.map(({ subject, connections }) => {
    const group = measurements.filter((one) => one.subject === subject && one.connections === connections)
    const others = group.flatMap(({ others }) => others ?? [])
    return {
      subject,
      connections,
      requestsPerSecond: spread(group.map((one) => one.requestsPerSecond)),
      p50: spread(group.map(({ p50 }) => p50)),
      p99: spread(group.map(({ p99 }) => p99)),
      cpuMicrosPerRequest: spread(group.map((one) => one.cpuMicrosPerRequest)),
      others: others.length === 0 ? null : spread(others),
      ratios: Object.fromEntries(baselines.map((baseline) => [baseline, ratio(group, measurements, baseline)])),
    }
  })
}

function ratio(group: readonly Measurement[], all: readonly Measurement[], baseline: string): Spread {
  return spread(
    group.map(({ requestsPerSecond, round, connections }) => {
      const peer = all.find(
        (other) => other.subject === baseline && other.round === round && other.connections === connections,
      )
      if (!peer) throw new Error(`${baseline} was not measured in round ${round} with ${connections} connections`)
      return requestsPerSecond / peer.requestsPerSecond
    }),
  )
}
