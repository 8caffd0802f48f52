import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** The bytes of buffers that are still referenced, after a garbage collection. */
export async function bufferBytes(): Promise<number> {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  for (let round = 0; round < 2; round++) {
    collect()
    await setImmediate()
  }
  return process.memoryUsage().arrayBuffers
}
