import { type ObjectStore, ObjectTooLarge } from '@rack-gateway/object-store'
import {
  type ChunkHeader,
  chunkKey,
  type DeriveKeys,
  decryptChunk,
  genesis,
  nextHead,
  readChunkHeader,
} from '../chunk.ts'
import { maxChunkBytes, type ProvenRecording } from '../read-recording.ts'

export interface CheckChunksOptions {
  readonly store: ObjectStore
  readonly id: string
  /** The chunks that the audit log proves; null if the recording was not closed. */
  readonly proven: ProvenRecording | null
  /** Null: chunks are compared with the audit log but not decrypted. */
  readonly deriveKeys: DeriveKeys | null
  /** Number of the last listed chunk, or -1. */
  readonly last: number
  readonly onText?: (text: Buffer) => void
}

export interface ChunkCheckResult {
  /** A sentence without a full stop that names the first bad chunk if possible; null without a problem. */
  readonly problem: string | null
  /** Whether only chunks at the end are missing, which may still be uploading. */
  readonly isMissingEnd: boolean
  /** Stored chunks before the first missing or invalid chunk. */
  readonly chunks: number
  readonly bytes: number
  /** The number of chunks that none of the keys decrypts; 0 without keys. */
  readonly unopened: number
}

/**
 * Verifies the stored chunks of a recording. The chain covers the encrypted chunks, so changed, swapped, or removed
 * chunks are detected without a key. Naming the changed chunk needs the key.
 */
export async function checkChunks(options: CheckChunksOptions): Promise<ChunkCheckResult> {
  const { store, id, proven, deriveKeys, last, onText } = options
  let head: Buffer = genesis
  let [number, bytes, unopened, final] = [0, 0, 0, false]
  let firstUnopened: number | null = null
  const resultWith = (problem: string | null): ChunkCheckResult => ({
    problem,
    isMissingEnd: false,
    chunks: number,
    bytes,
    unopened,
  })

  for (; !final; number++) {
    const sealed = await chunkAt(store, id, number)
    if (sealed === null) break
    const header = sealed === 'too large' ? null : readChunkHeader(sealed)
    if (sealed === 'too large' || header === null) return resultWith(`chunk ${number} is not a valid chunk`)
    if (header.number !== number) return resultWith(misplaced(number, header))
    if (deriveKeys !== null) {
      const decrypted = decryptChunk(id, deriveKeys, sealed)
      if (decrypted !== null) onText?.(decrypted.text)
      else {
        unopened += 1
        firstUnopened ??= number
      }
    }
    head = nextHead(head, sealed)
    bytes += sealed.length
    final = header.final
  }
  const problem = findProblem()
  return { ...resultWith(problem), isMissingEnd: problem !== null && proven !== null && isShort(proven) }

  /** Whether the stored chunks are intact so far, and the remaining chunks are missing. */
  function isShort({ chunks }: ProvenRecording): boolean {
    return !final && number < chunks && last < number && (firstUnopened === null || unopened === number)
  }

  function findProblem(): string | null {
    const isProven = proven !== null && proven.chunks === number && proven.head === head.toString('hex')
    if (last >= number)
      return final || isProven ? `chunk ${last} comes after the final chunk` : `chunk ${number} is missing`
    if (isProven) return null
    // A key that decrypts some chunks is right, so the other chunks are wrong. A key that decrypts no chunk is wrong.
    if (firstUnopened !== null && unopened < number)
      return `chunk ${firstUnopened} was changed, or belongs to another recording`
    if (proven === null) return null
    if (number < proven.chunks) return `chunk ${number} is missing: by the audit log, there are ${proven.chunks} chunks`
    if (number > proven.chunks) return `chunk ${proven.chunks} is not in the audit log`
    return deriveKeys === null || unopened === number
      ? `one of its chunks 0 to ${number - 1} was changed; verify with the key to find out which`
      : 'its chunks are intact, but do not match the audit log'
  }
}

function misplaced(number: number, header: ChunkHeader): string {
  return `chunk ${header.number} is in the place of chunk ${number}`
}

async function chunkAt(store: ObjectStore, id: string, number: number): Promise<Buffer | 'too large' | null> {
  try {
    return await store.get(chunkKey(id, number), { limit: maxChunkBytes })
  } catch (error) {
    if (error instanceof ObjectTooLarge) return 'too large'
    throw error
  }
}
