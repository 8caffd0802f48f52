import { isUuid } from '@rack-gateway/audit/uuid'
import type { ObjectStore } from '@rack-gateway/object-store'
import { chunkNumber, recordingsPrefix } from '../chunk.ts'

/** What a store has of recordings. Memory grows with recordings, not with chunks. */
export interface StoredRecordings {
  /** The number of the last chunk, by recording. */
  readonly last: ReadonlyMap<string, number>
  /** Keys of what is no chunk of any recording; the first 100. */
  readonly strays: readonly string[]
}

const mostStrays = 100

export async function listRecordings(store: ObjectStore): Promise<StoredRecordings> {
  const last = new Map<string, number>()
  const strays: string[] = []
  for await (const { key } of store.list(recordingsPrefix)) {
    const id = key.slice(recordingsPrefix.length).split('/')[0] ?? ''
    const number = chunkNumber(id, key)
    if (number !== null && isUuid(id)) last.set(id, Math.max(number, last.get(id) ?? -1))
    // Some consoles of buckets make an empty object for what they show as a directory.
    else if (strays.length < mostStrays && !key.endsWith('/')) strays.push(key)
  }
  return { last, strays }
}
