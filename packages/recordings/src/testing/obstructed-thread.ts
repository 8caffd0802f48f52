/** A thread that records into a directory, as a test obstructs it: see `startObstructedThread`. */
import { parentPort, workerData } from 'node:worker_threads'
import { openObjectStore, readObjectStoreAddress } from '@rack-gateway/object-store'
import { serveRecordings } from '../thread/served-recordings.ts'
import { keysOf } from './casts.ts'
import { type ObstructedThreadData, obstructions } from './threads.ts'

const { directory, link, switches }: ObstructedThreadData = workerData
const store = await openObjectStore(readObjectStoreAddress(directory))
const isOn = (name: keyof typeof obstructions) => Atomics.load(switches, obstructions[name]) === 1
if (parentPort === null) throw new Error('this is started as a thread')
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
      Atomics.store(switches, obstructions.isAsleep, 1)
      // Nothing else is done in this thread meanwhile.
      Atomics.wait(switches, obstructions.sleeps, 1)
      Atomics.store(switches, obstructions.isAsleep, 0)
    },
  },
})
