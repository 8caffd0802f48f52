import { startThread } from '@rack-gateway/errors/start-thread'
import type { StartThread, ThreadLink } from '@rack-gateway/recordings'

export interface RecorderThreadData {
  /** The address of the object store. */
  readonly address: string
  /** The keys of `APP_SECRET_KEY` as plain bytes, newest first. */
  readonly secretKeys: readonly Uint8Array[]
  readonly link: ThreadLink
}

/** The thread creates few objects, so a larger young generation would only use more memory. */
const youngMebibytes = 8

export function startRecorderThread(address: string, secretKeys: readonly Uint8Array[]): StartThread {
  return (link) => {
    // Copies, because a view would be sent with its whole buffer.
    const workerData: RecorderThreadData = { address, secretKeys: secretKeys.map((key) => Uint8Array.from(key)), link }
    const resourceLimits = { maxYoungGenerationSizeMb: youngMebibytes }
    return startThread('./recorder-thread', import.meta.url, { name: 'recordings', workerData, resourceLimits })
  }
}
