import { type StartThread, startThread, type ThreadLink } from '@rack-gateway/recordings'
import type { SecretKeys } from '../process/keys.ts'

/** What the thread is started with. */
export interface RecorderThreadData {
  /** Of the object store. */
  readonly address: string
  /** Newest first; they come as plain bytes. */
  readonly secretKeys: readonly Uint8Array[]
  readonly link: ThreadLink
}

/** Of the thread's heap. It makes few objects, and would keep as much as it is given before it looks what can go. */
const youngMebibytes = 8

/** A thread that records into the object store at the address. */
export function startRecorderThread(address: string, secretKeys: SecretKeys): StartThread {
  return (link) => {
    // Copies, for a view is sent with all of the memory that it is a view of.
    const workerData: RecorderThreadData = { address, secretKeys: secretKeys.map((key) => Uint8Array.from(key)), link }
    const resourceLimits = { maxYoungGenerationSizeMb: youngMebibytes }
    return startThread('./recorder-thread', import.meta.url, { name: 'recordings', workerData, resourceLimits })
  }
}
