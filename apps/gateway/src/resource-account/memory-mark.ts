import { getHeapStatistics, type HeapInfo } from 'node:v8'
import { garbageCollector } from '../process/garbage-collector.ts'

/** Tells when the memory of the process is nearly used up. */
export interface MemoryMark {
  /** Whether large requests must be refused now. Cheap enough to ask for each large request. */
  isReached(): boolean
}

export interface MemoryMarkOptions {
  /** Bytes outside of V8's heap, such as buffers. */
  readonly maxExternal: number
  readonly read?: () => Pick<HeapInfo, 'used_heap_size' | 'heap_size_limit' | 'external_memory'>
  /** Collects garbage. */
  readonly collect?: () => void
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number
}

/** Above this share of V8's limit, the next large request could end the process. */
const heapShare = 0.8
/** Milliseconds between two reads. */
const readInterval = 20
/** Milliseconds between two collections, each of which stops the process for about 0.1 s. */
const collectInterval = 10_000

/**
 * The used memory contains garbage. So at the mark, all garbage is collected once, and only then the mark counts as
 * reached. Otherwise, a gateway that refuses all large requests could stay at the mark, because it allocates little.
 */
export function createMemoryMark({
  maxExternal,
  read = getHeapStatistics,
  collect = garbageCollector('major'),
  now = () => performance.now(),
}: MemoryMarkOptions): MemoryMark {
  let readAt = Number.NEGATIVE_INFINITY
  let collectedAt = Number.NEGATIVE_INFINITY
  let isReached = false

  function isAbove(): boolean {
    const { used_heap_size: used, heap_size_limit: limit, external_memory: external } = read()
    return used > heapShare * limit || external > maxExternal
  }

  return {
    isReached() {
      const at = now()
      if (at - readAt < readInterval) return isReached
      readAt = at
      isReached = isAbove()
      if (!isReached || at - collectedAt < collectInterval) return isReached
      collect()
      collectedAt = at
      isReached = isAbove()
      return isReached
    },
  }
}
