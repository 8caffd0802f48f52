import { Worker } from 'node:worker_threads'
import type { ThreadLink } from '../thread/protocol.ts'

/** What may stand in the way of a thread that records, when it next stores something. It says itself that it is asleep. */
export const obstructions = { stalls: 0, fails: 1, dies: 2, sleeps: 3, isAsleep: 4 } as const

/** As it was built: a thread that reads TypeScript takes ten times as long to start. */
const obstructedThread = new URL('../../dist/testing/obstructed-thread.js', import.meta.url)

export interface ObstructedThreadData {
  readonly directory: string
  readonly link: ThreadLink
  readonly switches: Int32Array
}

/** Threads that record into a directory, and what stands in their way. */
export function obstructedThreads(directory: string) {
  const switches = new Int32Array(
    new SharedArrayBuffer(Object.keys(obstructions).length * Int32Array.BYTES_PER_ELEMENT),
  )
  const started: Worker[] = []
  function set(name: keyof typeof obstructions, on: boolean): void {
    Atomics.store(switches, obstructions[name], Number(on))
    Atomics.notify(switches, obstructions[name])
  }
  return {
    started,
    set,
    isAsleep: () => Atomics.load(switches, obstructions.isAsleep) === 1,
    start(link: ThreadLink): Worker {
      const workerData: ObstructedThreadData = { directory, link, switches }
      const worker = new Worker(obstructedThread, { workerData })
      started.push(worker)
      return worker
    },
  }
}
