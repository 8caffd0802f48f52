import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** To be told of the bytes that were read from a connection and passed on. */
export type BufferSweep = (bytes: number) => void

/** How much is left lying about. A sweep takes about a millisecond, and as many bytes take ten and more to pass. */
const sweepEvery = 8 * 1024 * 1024

/**
 * Keeps memory flat while large bodies pass. Each read of a connection leaves a buffer outside V8's heap, and V8 lets
 * 64 MiB of them gather before it looks for those that nobody needs any more. A collection of young objects finds nearly all.
 */
export function createBufferSweep(collect: () => void = youngCollection()): BufferSweep {
  let passed = 0
  return function sweep(bytes) {
    passed += bytes
    if (passed < sweepEvery) return
    passed = 0
    collect()
  }
}

/** V8's own function: contexts that are made while the flag is set have it. */
function youngCollection(): () => void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  setFlagsFromString('--no-expose-gc')
  return typeof collect === 'function' ? () => void collect({ type: 'minor' }) : () => {}
}
