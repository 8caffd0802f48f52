import type { ObjectStore } from '@rack-gateway/object-store'
import { chunkKey, type DeriveKeys, openChunk } from './chunk.ts'
import { largestChunk } from './reader.ts'
import { lastStored } from './stored-chunks.ts'

export interface FollowRecordingOptions {
  readonly store: ObjectStore
  readonly deriveKeys: DeriveKeys
  readonly id: string
  /** `now`: after the first chunk, which says what the recording is, only what comes yet. */
  readonly from: 'start' | 'now'
  readonly signal: AbortSignal
  /** Waits until it is worth to look again. @returns whether nothing more is to come, by what is known elsewhere */
  readonly wait: () => Promise<boolean>
}

/** How following ended. `cut`: the session is over, and no more is stored. */
export type FollowEnd = 'complete' | 'cut' | 'broken' | 'left'

const nothing = Buffer.alloc(0)

/**
 * Gives out the chunks of a recording as they come to the store, each checked by itself, until the last one.
 * After each look that found none comes an empty one, so that whoever takes them stays in control.
 */
export async function* followRecording(options: FollowRecordingOptions): AsyncGenerator<Buffer, FollowEnd> {
  const { store, id, deriveKeys, from, signal, wait } = options
  let over = false
  for (let number = 0; !signal.aborted; ) {
    const sealed = await chunkAt(options, number)
    if (sealed === null) {
      // What was stored before that was known is there at the next look.
      if (over) return 'cut'
      over = await wait()
      yield nothing
      continue
    }
    const chunk = openChunk(id, deriveKeys, sealed)
    if (chunk === null || chunk.number !== number) return 'broken'
    yield chunk.text
    if (chunk.final) return 'complete'
    number = number === 0 && from === 'now' ? Math.max(1, (await lastStored(store, id, { signal })) + 1) : number + 1
  }
  return 'left'
}

function chunkAt({ store, id, signal }: FollowRecordingOptions, number: number): Promise<Buffer | null> {
  return store.get(chunkKey(id, number), { signal, limit: largestChunk })
}
