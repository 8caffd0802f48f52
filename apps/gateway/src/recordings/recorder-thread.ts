/** The entry of the thread that records sessions. `startRecorderThread` starts it. */
import { parentPort, workerData } from 'node:worker_threads'
import { openObjectStore, readObjectStoreAddress } from '@rack-gateway/object-store'
import { serveRecordings } from '@rack-gateway/recordings'
import { recordingKeys } from './recording-keys.ts'
import type { RecorderThreadData } from './start-recorder-thread.ts'

const { address, secretKeys, link }: RecorderThreadData = workerData
if (parentPort === null) throw new Error('this file must run in a worker thread')
const [newest, ...older] = secretKeys.map((key) => Buffer.from(key))
if (newest === undefined) throw new Error('the recorder thread needs a key')
serveRecordings({
  ...link,
  port: parentPort,
  store: await openObjectStore(readObjectStoreAddress(address)),
  deriveKeys: recordingKeys([newest, ...older]),
})
