import { containerMiB } from '@rack-gateway/config'
import type { CollectedMemory } from '../processes/collected-memory.ts'
import type { FloodCounts } from './flood-processes.ts'
import type { ProbeResult } from './probe.ts'

const mebibyte = 1_024 * 1_024

/** Everything but `milliseconds` and `times` is a hard bound. */
export const bounds = {
  /** The 99th percentile with a flood is at most this, or `times` the percentile without, whichever is larger. */
  milliseconds: 25,
  times: 2,
  /** The memory limit of the container that the documentation requires. */
  containerBytes: containerMiB * mebibyte,
  /** Growth of the heap, of external memory, and of array buffers after a flood. */
  growthBytes: 32 * mebibyte,
}

/** One flood, in all rounds. */
export interface FloodMeasurement {
  readonly idle: ProbeResult[]
  readonly flooded: ProbeResult[]
  /** Reads that go to the rack directly, with the flood. They show the delays that the gateway does not cause. */
  readonly direct: ProbeResult[]
  /** How often the gateway process ended. Its warm-up counts too. */
  ends: number
  /** The maximum of all rounds, in bytes. Null without /proc. */
  peak: number | null
  /** The maximum of all rounds for each kind of memory. Null if the process always ended. */
  growth: CollectedMemory | null
  readonly counts: FloodCounts[]
}

export function emptyMeasurement(): FloodMeasurement {
  return { idle: [], flooded: [], direct: [], ends: 0, peak: null, growth: null, counts: [] }
}

/** @returns the hard bounds that the gateway exceeds */
export function exceededBounds({ ends, idle, flooded, peak, growth }: FloodMeasurement): readonly string[] {
  return [
    ...(ends > 0 ? ['process'] : []),
    ...([...idle, ...flooded].some(({ errors }) => errors.length > 0) ? ['errors'] : []),
    ...((peak ?? 0) > bounds.containerBytes ? ['peak memory'] : []),
    ...(growth !== null && Object.values(growth).some((bytes) => bytes > bounds.growthBytes) ? ['growth'] : []),
  ]
}

export function growthOf(before: CollectedMemory, after: CollectedMemory): CollectedMemory {
  return {
    heap: after.heap - before.heap,
    external: after.external - before.external,
    arrayBuffers: after.arrayBuffers - before.arrayBuffers,
  }
}

export function largestGrowth(one: CollectedMemory | null, other: CollectedMemory): CollectedMemory {
  if (one === null) return other
  return {
    heap: Math.max(one.heap, other.heap),
    external: Math.max(one.external, other.external),
    arrayBuffers: Math.max(one.arrayBuffers, other.arrayBuffers),
  }
}
