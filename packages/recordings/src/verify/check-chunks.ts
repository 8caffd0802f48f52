import { type ObjectStore, ObjectTooLarge } from '@rack-gateway/object-store'
import { type ChunkHeader, chunkKey, type DeriveKeys, genesis, nextHead, openChunk, readChunkHeader } from '../chunk.ts'
import { largestChunk, type ProvenRecording } from '../reader.ts'

export interface CheckChunksOptions {
  readonly store: ObjectStore
  readonly id: string
  /** What the log says that it came to; null while nobody has closed it. */
  readonly proven: ProvenRecording | null
  /** Null: chunks are held against the log, and none is opened. */
  readonly deriveKeys: DeriveKeys | null
  /** The number of the last chunk that is listed; -1 where there is none. */
  readonly last: number
  /** Is given what is in a chunk that was opened. */
  readonly onText?: (text: Buffer) => void
}

/** How the chunks of a recording were found. */
export interface ChunksCheck {
  /** A sentence without its full stop that names the first bad chunk, where that can be told; null for none. */
  readonly problem: string | null
  /** Only chunks at its end are missing, as where they are still on their way. */
  readonly lacksItsEnd: boolean
  /** What is stored, up to the first hole. */
  readonly chunks: number
  readonly bytes: number
  /** Chunks that none of the keys opened, though the log says that they are what was recorded. */
  readonly unopened: number
}

/**
 * Reads the chunks of a recording as they are stored. The chain is over the encrypted chunks, so that it takes no key to find that one was
 * changed, swapped, cut off or taken away; to name one whose encrypted bytes were changed takes its key.
 */
export async function checkChunks(options: CheckChunksOptions): Promise<ChunksCheck> {
  const { store, id, proven, deriveKeys, last, onText } = options
  let head: Buffer = genesis
  let [number, bytes, unopened, final] = [0, 0, 0, false]
  let firstUnopened: number | null = null
  const found = (problem: string | null): ChunksCheck => ({
    problem,
    lacksItsEnd: false,
    chunks: number,
    bytes,
    unopened,
  })

  for (; !final; number++) {
    const sealed = await chunkAt(store, id, number)
    if (sealed === null) break
    const header = sealed === 'too large' ? null : readChunkHeader(sealed)
    if (sealed === 'too large' || header === null) return found(`chunk ${number} is no chunk of a recording any more`)
    if (header.number !== number) return found(misplaced(number, header))
    if (deriveKeys !== null) {
      const opened = openChunk(id, deriveKeys, sealed)
      if (opened !== null) onText?.(opened.text)
      else {
        unopened += 1
        firstUnopened ??= number
      }
    }
    head = nextHead(head, sealed)
    bytes += sealed.length
    final = header.final
  }
  const problem = problemOf()
  return { ...found(problem), lacksItsEnd: problem !== null && proven !== null && isShort(proven) }

  /** What is there may be all right; the rest has not come. */
  function isShort({ chunks }: ProvenRecording): boolean {
    return !final && number < chunks && last < number && (firstUnopened === null || unopened === number)
  }

  function problemOf(): string | null {
    const isProven = proven !== null && proven.chunks === number && proven.head === head.toString('hex')
    if (last >= number)
      return final || isProven ? `chunk ${last} stands after the last one` : `chunk ${number} is missing`
    if (isProven) return null
    // One of which nothing can be opened is of a key that wasn't given.
    if (firstUnopened !== null && unopened < number)
      return `chunk ${firstUnopened} was changed, or is of another recording`
    if (proven === null) return null
    if (number < proven.chunks) return `chunk ${number} is missing: there were ${proven.chunks}`
    if (number > proven.chunks) return `chunk ${proven.chunks} stands after those that were recorded`
    return deriveKeys === null || unopened === number
      ? `one of its chunks 0 to ${number - 1} is not what was recorded; with its key it could be told which`
      : 'its chunks are sound, but not those that were recorded'
  }
}

function misplaced(number: number, header: ChunkHeader): string {
  return `in the place of chunk ${number} stands chunk ${header.number}`
}

async function chunkAt(store: ObjectStore, id: string, number: number): Promise<Buffer | 'too large' | null> {
  try {
    return await store.get(chunkKey(id, number), { limit: largestChunk })
  } catch (error) {
    if (error instanceof ObjectTooLarge) return 'too large'
    throw error
  }
}
