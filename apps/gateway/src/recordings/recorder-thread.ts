/** The entry of the thread that records sessions. `startRecorderThread` starts it. */
import { parentPort, workerData } from 'node:worker_threads'
import { openObjectStore, readObjectStoreAddress } from '@rack-gateway/object-store'
import { serveRecordings } from '@rack-gateway/recordings'
import { recordingKeys } from './recording-keys.ts'
import type { RecorderThreadData } from './start-recorder-thread.ts'

const { address, secretKeys, link }: RecorderThreadData = workerData
if (parentPort === null) throw new Error('this file must run in a worker thread')
serveRecordings({
  ...link,
  port: parentPort,
  store: await openObjectStore(readObjectStoreAddress(address)),
  deriveKeys: recordingKeys(secretKeys),
})
