import type { GCProfilerResult } from 'node:v8'

/** Since the start of the process. Only differences are meaningful. */
export interface Allocations {
  /** On the JavaScript heap, without the memory of buffers. */
  readonly bytes: number
  readonly promises: number
}

/** The bytes that garbage collections freed. These bytes are no longer on the heap, but were allocated. */
export function collectedBytes(collections: GCProfilerResult['statistics']): number {
  return collections.reduce(
    (sum, { beforeGC, afterGC }) => sum + beforeGC.heapStatistics.usedHeapSize - afterGC.heapStatistics.usedHeapSize,
    0,
  )
}

/** @returns the difference, divided by `count` */
export function allocatedBetween(before: Allocations, after: Allocations, count: number): Allocations {
  return { bytes: (after.bytes - before.bytes) / count, promises: (after.promises - before.promises) / count }
}
