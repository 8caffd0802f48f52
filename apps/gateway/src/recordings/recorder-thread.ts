/** The thread that records sessions: see `startRecorderThread`. */
import { parentPort, workerData } from 'node:worker_threads'
import { openObjectStore, readObjectStoreAddress } from '@rack-gateway/object-store'
import { serveRecordings } from '@rack-gateway/recordings'
import { recordingKeys } from './recording-keys.ts'
import type { RecorderThreadData } from './start-recorder-thread.ts'

const { address, secretKeys, link }: RecorderThreadData = workerData
if (parentPort === null) throw new Error('this is started as a thread')
const [newest, ...older] = secretKeys.map((key) => Buffer.from(key))
if (newest === undefined) throw new Error('a thread that records has a key')
serveRecordings({
  ...link,
  port: parentPort,
  store: await openObjectStore(readObjectStoreAddress(address)),
  deriveKeys: recordingKeys([newest, ...older]),
})
