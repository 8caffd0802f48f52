import type { ObjectStore } from '@rack-gateway/object-store'
import { chunkKey, type DeriveKeys, genesis, nextHead, openChunk } from './chunk.ts'
import { lastStored } from './stored-chunks.ts'

/** What the log says that a recording is: the `recording` of its `closed` event. */
export interface ProvenRecording {
  readonly chunks: number
  readonly head: string
}

/** How a recording was found. */
export interface RecordingVerdict {
  /**
   * `complete`: every chunk, the last one included. `cut`: whole up to a point after which nothing is stored, as a crash leaves it.
   * `broken`: a chunk was changed, moved or taken away, or never came to the store.
   */
  readonly state: 'complete' | 'cut' | 'broken'
  /** A sentence without its full stop; empty for a complete one. */
  readonly problem: string
  readonly chunks: number
  readonly bytes: number
  /** Hex. */
  readonly head: string
}

export interface ReadRecordingOptions {
  readonly store: ObjectStore
  readonly deriveKeys: DeriveKeys
  readonly id: string
  /** Null where no event says: of a recording that nobody has closed yet. */
  readonly proven: ProvenRecording | null
  readonly signal?: AbortSignal
}

/** Above what one chunk can come to: 512 KiB, of which a byte may be written as six, and once more in base64. */
export const largestChunk = 8 * 1024 * 1024

/**
 * Reads a recording chunk by chunk and checks each one before any of it is given out.
 *
 * @returns after all that could be verified, what came of it
 */
export async function* readRecording(options: ReadRecordingOptions): AsyncGenerator<Buffer, RecordingVerdict> {
  const { store, deriveKeys, id, proven, signal } = options
  const within = signal === undefined ? {} : { signal }
  const last = await lastStored(store, id, within)
  let head: Buffer = genesis
  let bytes = 0
  let number = 0
  const verdict = (state: RecordingVerdict['state'], problem = '') => ({
    state,
    problem,
    chunks: number,
    bytes,
    head: head.toString('hex'),
  })
  for (let final = false; !final; number++) {
    const sealed = await store.get(chunkKey(id, number), { ...within, limit: largestChunk })
    if (sealed === null) return missing(number)
    const chunk = openChunk(id, deriveKeys, sealed)
    if (chunk === null)
      return verdict('broken', `chunk ${number} was changed, is of another recording, or its key is no more known here`)
    if (chunk.number !== number)
      return verdict('broken', `in the place of chunk ${number} stands chunk ${chunk.number}`)
    head = nextHead(head, sealed)
    bytes += sealed.length
    final = chunk.final
    yield chunk.text
  }
  if (last >= number) return verdict('broken', `chunk ${last} stands after the last one`)
  if (proven !== null && !isProven(proven, number, head))
    return verdict('broken', 'its chunks are not those that the log says were recorded')
  return verdict('complete')

  function missing(at: number): RecordingVerdict {
    if (last > at) return verdict('broken', `chunk ${at} is missing, and later ones are there`)
    if (proven !== null && !isProven(proven, at, head))
      return verdict('broken', `chunk ${at} is missing: the log says that there were ${proven.chunks} chunks`)
    return verdict('cut', at === 0 ? 'nothing of it is stored' : 'it ends without its last chunk')
  }
}

function isProven(proven: ProvenRecording, chunks: number, head: Buffer): boolean {
  return proven.chunks === chunks && proven.head === head.toString('hex')
}

/** Reads all of it and keeps nothing. */
export async function verifyRecording(options: ReadRecordingOptions): Promise<RecordingVerdict> {
  const reading = readRecording(options)
  for (;;) {
    const step = await reading.next()
    if (step.done) return step.value
  }
}
