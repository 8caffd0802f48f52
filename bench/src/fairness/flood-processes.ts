import { setTimeout as wait } from 'node:timers/promises'
import { type SubjectProcess, startSubject } from '../processes/subject-process.ts'
import type { FloodTarget } from './flood.ts'

/** Milliseconds. If all floods started at once, the first ones would keep the others from doing much. */
const startInterval = 500

/** What the gateway answered to a flood. */
export interface FloodCounts {
  readonly statuses: Readonly<Record<string, number>>
  /** Bytes. */
  readonly received: number
}

export interface FloodProcesses {
  /** Starts one flood after the other, in the order of their names. */
  start(): Promise<void>
  /** The sum of all floods that answer. */
  counts(): Promise<FloodCounts>
  stop(): Promise<void>
}

/** Prepares each flood in a process of its own. */
export async function prepareFloods(
  names: readonly string[],
  { url, tokens }: FloodTarget,
  core: number | null,
): Promise<FloodProcesses> {
  const starts = await Promise.allSettled(
    names.map((name) => {
      const environment = { BENCH_FLOOD: name, BENCH_GATEWAY: url, BENCH_TOKENS: JSON.stringify(tokens) }
      return startSubject({ program: 'flood', environment, core })
    }),
  )
  const processes = starts.flatMap((start): SubjectProcess[] => (start.status === 'fulfilled' ? [start.value] : []))
  const stop = async () => void (await Promise.all(processes.map((one) => one.stop())))
  const failed = starts.find((start) => start.status === 'rejected')
  if (failed) {
    await stop()
    throw failed.reason
  }
  return {
    async start() {
      for (const [index, one] of processes.entries()) {
        if (index > 0) await wait(startInterval)
        await one.ask({ start: true })
      }
    },
    async counts() {
      const responses = await Promise.allSettled(processes.map((one) => one.ask({ counts: true })))
      return sumOf(
        responses.flatMap((response) => (response.status === 'fulfilled' ? [response.value as FloodCounts] : [])),
      )
    },
    stop,
  }
}

export function sumOf(all: readonly FloodCounts[]): FloodCounts {
  const statuses: Record<string, number> = {}
  for (const [status, count] of all.flatMap((one) => Object.entries(one.statuses)))
    statuses[status] = (statuses[status] ?? 0) + count
  return { statuses, received: all.reduce((sum, one) => sum + one.received, 0) }
}
