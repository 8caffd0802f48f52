import type { ObjectStore } from '@rack-gateway/object-store'
import { chunkNumber, chunkPrefix } from './chunk.ts'

/** @returns the number of the last stored chunk, or -1 */
export async function findLastChunk(
  store: ObjectStore,
  recording: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<number> {
  let last = -1
  for await (const { key } of store.list(chunkPrefix(recording), options))
    last = Math.max(last, chunkNumber(recording, key) ?? -1)
  return last
}
