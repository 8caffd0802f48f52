import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { DocumentCheck } from './messages.ts'

/** The results of the last checks. A result depends only on both documents. */
export interface CheckCache {
  /** @param current the hash of the policy that applies */
  get(current: string, proposed: string): DocumentCheck | undefined
  set(current: string, proposed: string, check: DocumentCheck): void
}

/** Characters of all cached results together, and of one result. */
const maxSize = 4 * 1024 * 1024
const maxEntrySize = 512 * 1024

export function createCheckCache(): CheckCache {
  const cache = new LRUCache<string, DocumentCheck>({
    maxSize,
    maxEntrySize,
    sizeCalculation: (check) => JSON.stringify(check).length,
  })
  return {
    get: (current, proposed) => cache.get(keyOf(current, proposed)),
    set: (current, proposed, check) => void cache.set(keyOf(current, proposed), check),
  }
}

/** Not the document itself, which can have 262,144 characters. */
function keyOf(current: string, proposed: string): string {
  return createHash('sha256').update(`${current}\n`).update(proposed).digest('base64url')
}
