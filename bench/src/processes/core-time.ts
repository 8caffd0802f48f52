import { cpus } from 'node:os'

/** The busy time of a core, for all processes, and the elapsed time, in milliseconds. */
export interface CoreTime {
  readonly busy: number
  readonly total: number
}

export function coreTime(core: number): CoreTime {
  const times = cpus()[core]?.times
  if (!times) throw new Error(`there is no core ${core}`)
  const total = Object.values(times).reduce((sum, part) => sum + part, 0)
  return { busy: total - times.idle, total }
}

/** @returns the share of busy time between two readings, from 0 to 1 */
export function busyShare(from: CoreTime, to: CoreTime): number {
  return to.total === from.total ? 0 : (to.busy - from.busy) / (to.total - from.total)
}
