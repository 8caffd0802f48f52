/** Loaded into a subject with `--import`. Adds the number of its allocations so far to each of its answers to the benchmark. */
import { createHook } from 'node:async_hooks'
import { GCProfiler } from 'node:v8'
import { isMainThread } from 'node:worker_threads'
import { type Allocations, collectedBytes } from './allocations.ts'

const counted = { collected: 0, promises: 0 }
// Only used after `countPromises`, because each hooked promise allocates another object.
const promiseHook = createHook({
  init(_id, type) {
    if (type === 'PROMISE') counted.promises++
  },
})
let collections = new GCProfiler()

function allocations(): Allocations {
  counted.collected += collectedBytes(collections.stop().statistics)
  collections = new GCProfiler()
  collections.start()
  return { bytes: process.memoryUsage().heapUsed + counted.collected, promises: counted.promises }
}

const send = process.send?.bind(process)
if (isMainThread && send) {
  collections.start()
  process.send = (answer: object) => send({ ...answer, allocations: allocations() })
  process.on('message', (question: object) => {
    if ('countPromises' in question) promiseHook.enable()
  })
}
