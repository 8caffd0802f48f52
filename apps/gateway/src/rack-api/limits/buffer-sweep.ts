import { garbageCollector } from '../../process/garbage-collector.ts'

/** Counts bytes that were read from a connection and forwarded, and collects their buffers from time to time. */
export type BufferSweep = (bytes: number) => void

/** Bytes between two collections. Forwarding as many bytes takes much longer than a collection. */
const sweepEvery = 8 * 1024 * 1024

/**
 * Each read of a connection leaves a buffer outside V8's heap. V8 collects such buffers only after 64 MiB.
 * A collection of young objects finds nearly all of them.
 */
export function createBufferSweep(collect: () => void = garbageCollector('minor')): BufferSweep {
  let uncollected = 0
  return function sweep(bytes) {
    uncollected += bytes
    if (uncollected < sweepEvery) return
    uncollected = 0
    collect()
  }
}
