import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { verifyDatabase } from '../verify/sources.ts'
import { monthAgo, pastLog } from './testing/past-log.ts'
import { directoryStore } from './testing/stores.ts'

const events = 12_000
const partSize = 1024 * 1024

function liveMemory(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

test('memory stays flat however many events a month has, while it is written, read back and dropped', async () => {
  const log = await pastLog()
  const old = monthAgo(15)
  await log.write(old, events, 'closed', { kind: 'call', app: 'web', path: 'p'.repeat(1_000) })
  await log.sign()
  const store = await directoryStore()
  const samples: number[] = []
  const sampled = {
    ...store,
    async put(key: string, bytes: Uint8Array) {
      samples.push(liveMemory())
      await store.put(key, bytes)
    },
    async get(key: string) {
      samples.push(liveMemory())
      return store.get(key)
    },
  }
  expect(await log.retain(sampled, { partSize })).toMatchObject([{ kind: 'dropped', events: events + 2 }])
  // Some 1,400 bytes each: all of them would be 16 MiB.
  expect(samples.length).toBeGreaterThan(15)
  expect(Math.max(...samples) - Math.min(...samples)).toBeLessThan(8 * partSize)
  expect(await verifyDatabase(log.runtime, { pinned: null, checkpoints: null })).toMatchObject({
    intact: true,
    archived: [{ month: old, events: events + 2 }],
  })
})
