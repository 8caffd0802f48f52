import { busyShare, coreTime } from './core-time.ts'
import type { Cores } from './cores.ts'
import { type Load, load } from './load.ts'
import { percentile } from './statistics.ts'
import type { Subject } from './subjects.ts'

/** One subject, loaded once. */
export interface Measurement {
  readonly subject: string
  readonly connections: number
  readonly round: number
  readonly requestsPerSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  /** The subject's own processor time for one request, in microseconds: what other work on the machine disturbs least. */
  readonly cpuMicrosPerRequest: number
  /** Shares from 0 to 1, null where nothing is pinned. `others`: of the subject's core, taken by what isn't the subject. */
  readonly subjectCpu: number
  readonly others: number | null
  readonly restBusy: number | null
}

export interface RoundsOptions {
  readonly subjects: readonly Subject[]
  readonly rounds: number
  readonly levels: readonly { readonly connections: number; readonly milliseconds: number }[]
  readonly warmUp: WarmUp
  readonly cores: Cores | null
  readonly signal: AbortSignal
}

/** Loads all subjects in turn, round after round, so that a slow minute of the machine slows all of them. */
export async function runRounds(options: RoundsOptions): Promise<Measurement[]> {
  const { subjects, rounds, levels, warmUp, cores, signal } = options
  for (const subject of subjects) await warm(subject, warmUp, signal)
  const measurements: Measurement[] = []
  for (let round = 1; round <= rounds; round++) {
    for (const { connections, milliseconds } of levels) {
      for (const subject of subjects) {
        signal.throwIfAborted()
        measurements.push(await measure(subject, { connections, milliseconds, round, cores }))
      }
    }
  }
  return measurements
}

/** What is compiled while it is measured looks slow: so many requests come first, but for no longer than that. */
export interface WarmUp {
  readonly requests: number
  readonly seconds: number
}

async function warm({ process, request }: Subject, warmUp: WarmUp, signal: AbortSignal): Promise<void> {
  let done = 0
  for (let second = 0; second < warmUp.seconds && done < warmUp.requests; second++) {
    signal.throwIfAborted()
    const { requests } = await load({ url: process.url, request, connections: 32, milliseconds: 1_000 })
    done += requests
  }
}

interface Terms {
  readonly connections: number
  readonly milliseconds: number
  readonly round: number
  readonly cores: Cores | null
}

async function measure(subject: Subject, { connections, milliseconds, round, cores }: Terms): Promise<Measurement> {
  const { name, process, request } = subject
  const before = cores && { subject: coreTime(cores.subject), rest: coreTime(cores.rest) }
  const cpuBefore = await process.cpuMicros()
  const done = await load({ url: process.url, request, connections, milliseconds })
  const cpu = (await process.cpuMicros()) - cpuBefore
  const subjectCpu = cpu / 1e6 / done.seconds
  return {
    subject: name,
    connections,
    round,
    ...figuresOf(done),
    cpuMicrosPerRequest: cpu / done.requests,
    subjectCpu,
    others: before && cores ? Math.max(0, busyShare(before.subject, coreTime(cores.subject)) - subjectCpu) : null,
    restBusy: before && cores ? busyShare(before.rest, coreTime(cores.rest)) : null,
  }
}

function figuresOf({ requests, seconds, latencies }: Load): { requestsPerSecond: number; p50: number; p99: number } {
  return { requestsPerSecond: requests / seconds, p50: percentile(latencies, 50), p99: percentile(latencies, 99) }
}
