import { Worker } from 'node:worker_threads'
import type { ThreadLink } from '../thread/protocol.ts'

/** Indexes of switches. A fault affects each put while its switch is on. The thread itself sets `isAsleep`. */
export const faults = { stalls: 0, fails: 1, dies: 2, sleeps: 3, isAsleep: 4 } as const

/** The built module, because a thread that compiles TypeScript takes ten times as long to start. */
const faultyThread = new URL('../../dist/testing/faulty-thread.js', import.meta.url)

export interface FaultyThreadData {
  readonly directory: string
  readonly link: ThreadLink
  readonly switches: Int32Array
}

/** Starts recording threads that write to a directory, with faults that the test can switch on. */
export function createFaultyThreads(directory: string) {
  const switches = new Int32Array(new SharedArrayBuffer(Object.keys(faults).length * Int32Array.BYTES_PER_ELEMENT))
  const started: Worker[] = []
  function set(name: keyof typeof faults, on: boolean): void {
    Atomics.store(switches, faults[name], Number(on))
    Atomics.notify(switches, faults[name])
  }
  return {
    started,
    set,
    isAsleep: () => Atomics.load(switches, faults.isAsleep) === 1,
    start(link: ThreadLink): Worker {
      const workerData: FaultyThreadData = { directory, link, switches }
      const worker = new Worker(faultyThread, { workerData })
      started.push(worker)
      return worker
    },
  }
}
