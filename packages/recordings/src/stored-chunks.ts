import type { ObjectStore } from '@rack-gateway/object-store'
import { chunkNumber, chunkPrefix } from './chunk.ts'

/** The number of the last chunk that is stored; -1 where there is none. */
export async function lastStored(
  store: ObjectStore,
  recording: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<number> {
  let last = -1
  for await (const { key } of store.list(chunkPrefix(recording), options))
    last = Math.max(last, chunkNumber(recording, key) ?? -1)
  return last
}
