import { isUuid } from '@rack-gateway/audit/events'
import type { ObjectStore } from '@rack-gateway/object-store'
import { chunkNumber, recordingsPrefix } from '../chunk.ts'

/** The recordings in a store. Memory grows with the number of recordings, not of chunks. */
export interface StoredRecordings {
  /** Number of the last chunk, by recording. */
  readonly lastChunks: ReadonlyMap<string, number>
  /** Keys of the first 100 objects that are not chunks. */
  readonly strays: readonly string[]
}

const maxStrays = 100

export async function listRecordings(store: ObjectStore): Promise<StoredRecordings> {
  const lastChunks = new Map<string, number>()
  const strays: string[] = []
  for await (const { key } of store.list(recordingsPrefix)) {
    const id = key.slice(recordingsPrefix.length).split('/')[0] ?? ''
    const number = chunkNumber(id, key)
    if (number !== null && isUuid(id)) lastChunks.set(id, Math.max(number, lastChunks.get(id) ?? -1))
    // Some bucket consoles create an empty object for a directory.
    else if (strays.length < maxStrays && !key.endsWith('/')) strays.push(key)
  }
  return { lastChunks, strays }
}
