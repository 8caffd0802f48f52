import { availableParallelism, loadavg } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import type { Measurement } from './measure.ts'
import { busyShare, coreTime } from './processes/core-time.ts'
import type { Cores } from './processes/cores.ts'

/** The share of a core that other programs can use without a warning. */
const limit = 0.1

const advice = 'Stop other programs, or run more rounds and compare only processor times and ratios.'

export interface MachineLoad {
  /** Of the last minute. */
  readonly loadAverage: number
  readonly processors: number
  /** The share of the subject's core that other programs use. Null if no process is pinned to a core. */
  readonly subjectCore: number | null
}

/** Takes a second. Call this function before the benchmark uses the machine. */
export async function observeMachine(cores: Cores | null): Promise<MachineLoad> {
  const before = cores && coreTime(cores.subject)
  await wait(1_000)
  const subjectCore = before && cores && busyShare(before, coreTime(cores.subject))
  return { loadAverage: loadavg()[0] ?? 0, processors: availableParallelism(), subjectCore }
}

/** @returns null if the machine is idle enough */
export function warningAtStart({ loadAverage, processors, subjectCore }: MachineLoad): string | null {
  const reasons = [
    ...(loadAverage > processors / 2 ? [`the load average is ${loadAverage.toFixed(1)} on ${processors} cores`] : []),
    ...((subjectCore ?? 0) > limit ? [`other programs use ${percent(subjectCore ?? 0)} of the subject's core`] : []),
  ]
  return reasons.length === 0 ? null : `Warning: the machine is busy: ${reasons.join(', and ')}. ${advice}`
}

/** @returns null if other programs took little of the subject's core in each measurement */
export function warningAtEnd(measurements: readonly Pick<Measurement, 'stolenShare'>[]): string | null {
  const shares = measurements.map(({ stolenShare }) => stolenShare ?? 0)
  const disturbed = shares.filter((share) => share > limit).length
  if (disturbed === 0) return null
  return `Warning: other programs took more than ${percent(limit)} of the subject's core in ${disturbed} of ${shares.length} measurements, and ${percent(Math.max(...shares))} at most. ${advice}`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`
}
