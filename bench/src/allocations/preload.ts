/** Loaded into a subject with `--import`. Adds the allocations of the subject so far to each of its responses. */
import { createHook } from 'node:async_hooks'
import { GCProfiler } from 'node:v8'
import { isMainThread } from 'node:worker_threads'
import { type Allocations, collectedBytes } from './allocations.ts'

const totals = { collected: 0, promises: 0 }
// Enabled only by the question `countPromises`, because each hooked promise allocates another object.
const promiseHook = createHook({
  init(_id, type) {
    if (type === 'PROMISE') totals.promises++
  },
})
let collections = new GCProfiler()

function allocations(): Allocations {
  totals.collected += collectedBytes(collections.stop().statistics)
  collections = new GCProfiler()
  collections.start()
  return { bytes: process.memoryUsage().heapUsed + totals.collected, promises: totals.promises }
}

const send = process.send?.bind(process)
if (isMainThread && send) {
  collections.start()
  process.send = (response: object) => send({ ...response, allocations: allocations() })
  process.on('message', (question: object) => {
    if ('countPromises' in question) promiseHook.enable()
  })
}
