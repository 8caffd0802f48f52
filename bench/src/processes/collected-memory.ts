import { setImmediate } from 'node:timers/promises'

/** Bytes. */
export interface CollectedMemory {
  readonly heap: number
  /** Includes `arrayBuffers`. */
  readonly external: number
  readonly arrayBuffers: number
}

const collections = 4
/** Memory outside the heap is released in a later turn of the event loop. */
const turnsBetween = 20

/** The memory of this process after garbage collections. Node needs the flag `--expose-gc`. */
export async function collectedMemory(): Promise<CollectedMemory> {
  if (globalThis.gc === undefined) throw new Error('Node was started without --expose-gc.')
  for (let collection = 0; collection < collections; collection++) {
    for (let turn = 0; turn < turnsBetween; turn++) await setImmediate()
    globalThis.gc()
  }
  const { heapUsed, external, arrayBuffers } = process.memoryUsage()
  return { heap: heapUsed, external, arrayBuffers }
}
