/** A recording thread that writes to a directory, with faults that a test can switch on: see `createFaultyThreads`. */
import { parentPort, workerData } from 'node:worker_threads'
import { openObjectStore, readObjectStoreAddress } from '@rack-gateway/object-store'
import { serveRecordings } from '../thread/serve-recordings.ts'
import { keysOf } from './casts.ts'
import { type FaultyThreadData, faults } from './faulty-threads.ts'

const { directory, link, switches }: FaultyThreadData = workerData
const store = await openObjectStore(readObjectStoreAddress(directory))
const isOn = (name: keyof typeof faults) => Atomics.load(switches, faults[name]) === 1
if (parentPort === null) throw new Error('This module must run in a worker thread.')
serveRecordings({
  ...link,
  port: parentPort,
  deriveKeys: keysOf('k'),
  store: {
    ...store,
    async put(...put) {
      if (isOn('dies')) setImmediate(() => Promise.reject(new Error('the thread fails in a test')))
      while (isOn('stalls') || isOn('dies')) await new Promise((resolve) => setTimeout(resolve, 1))
      if (isOn('fails')) throw new Error('no space left on device')
      await store.put(...put)
      if (!isOn('sleeps')) return
      Atomics.store(switches, faults.isAsleep, 1)
      // Blocks the thread.
      Atomics.wait(switches, faults.sleeps, 1)
      Atomics.store(switches, faults.isAsleep, 0)
    },
  },
})
