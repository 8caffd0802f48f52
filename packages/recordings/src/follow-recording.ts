import type { ObjectStore } from '@rack-gateway/object-store'
import { chunkKey, type DeriveKeys, decryptChunk } from './chunk.ts'
import { maxChunkBytes } from './read-recording.ts'
import { findLastChunk } from './stored-chunks.ts'

export interface FollowRecordingOptions {
  readonly store: ObjectStore
  readonly deriveKeys: DeriveKeys
  readonly id: string
  /** `now` yields the first chunk, which has the header, and then only new chunks. */
  readonly from: 'start' | 'now'
  readonly signal: AbortSignal
  /** Waits before the next attempt. @returns whether the session is over */
  readonly wait: () => Promise<boolean>
}

/**
 * `cut`: the session is over, and its last chunk is missing. `broken`: a chunk cannot be decrypted or has another
 * number. `aborted`: the signal was aborted.
 */
export type FollowEnd = 'complete' | 'cut' | 'broken' | 'aborted'

const nothing = Buffer.alloc(0)

/**
 * Yields the chunks of a recording as they are stored, until the final chunk. Decrypts each chunk, but does not check
 * the hash chain. After each attempt without a new chunk, yields an empty buffer, so that the consumer can stop.
 */
export async function* followRecording(options: FollowRecordingOptions): AsyncGenerator<Buffer, FollowEnd> {
  const { store, id, deriveKeys, from, signal, wait } = options
  let isSessionOver = false
  for (let number = 0; !signal.aborted; ) {
    const sealed = await chunkAt(options, number)
    if (sealed === null) {
      // This attempt began after the session was over, so it would have found every stored chunk.
      if (isSessionOver) return 'cut'
      isSessionOver = await wait()
      yield nothing
      continue
    }
    const chunk = decryptChunk(id, deriveKeys, sealed)
    if (chunk === null || chunk.number !== number) return 'broken'
    yield chunk.text
    if (chunk.final) return 'complete'
    number = number === 0 && from === 'now' ? Math.max(1, (await findLastChunk(store, id, { signal })) + 1) : number + 1
  }
  return 'aborted'
}

function chunkAt({ store, id, signal }: FollowRecordingOptions, number: number): Promise<Buffer | null> {
  return store.get(chunkKey(id, number), { signal, limit: maxChunkBytes })
}
