import { cpus } from 'node:os'

/** Milliseconds that a core has worked, for whomever, and that have passed for it. */
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

/** @returns the share of the time between two readings in which the core worked, from 0 to 1 */
export function busyShare(from: CoreTime, to: CoreTime): number {
  return to.total === from.total ? 0 : (to.busy - from.busy) / (to.total - from.total)
}
