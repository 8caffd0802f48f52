import type { ObjectStore } from '@rack-gateway/object-store'
import { chunkKey, type DeriveKeys, decryptChunk, genesis, nextHead } from './chunk.ts'
import { findLastChunk } from './stored-chunks.ts'

/** The chunks of a recording, as its `closed` or `recording.closed` event in the audit log proves them. */
export interface ProvenRecording {
  /** The number of chunks. */
  readonly chunks: number
  /** The head of the hash chain, in hex. */
  readonly head: string
}

export interface RecordingCheck {
  /**
   * `complete`: all chunks are present, including the final one. `cut`: the chunks are intact but the final one is
   * missing, as after a crash. `broken`: a chunk is missing, misplaced, additional, or cannot be decrypted, or the
   * chunks do not match the audit log.
   */
  readonly state: 'complete' | 'cut' | 'broken'
  /** A sentence without a full stop; empty for `complete`. */
  readonly problem: string
  /** The number of intact chunks that were read. */
  readonly chunks: number
  /** The stored size of these chunks. */
  readonly bytes: number
  /** The head of their hash chain, in hex. */
  readonly head: string
}

export interface ReadRecordingOptions {
  readonly store: ObjectStore
  readonly deriveKeys: DeriveKeys
  readonly id: string
  /** What the event at the end of the session says. Null if the audit log has no such event. */
  readonly proven: ProvenRecording | null
  readonly signal?: AbortSignal
}

/**
 * Upper bound of a chunk in bytes: 512 KiB of session bytes, each of which is written as up to six bytes, and a copy
 * in base64.
 */
export const maxChunkBytes = 8 * 1024 * 1024

/**
 * Verifies each chunk before it is yielded.
 *
 * @returns the result for the whole recording, after the last intact chunk
 */
export async function* readRecording(options: ReadRecordingOptions): AsyncGenerator<Buffer, RecordingCheck> {
  const { store, deriveKeys, id, proven, signal } = options
  const storeOptions = signal === undefined ? {} : { signal }
  const last = await findLastChunk(store, id, storeOptions)
  let head: Buffer = genesis
  let bytes = 0
  let number = 0
  const check = (state: RecordingCheck['state'], problem = '') => ({
    state,
    problem,
    chunks: number,
    bytes,
    head: head.toString('hex'),
  })
  for (let final = false; !final; number++) {
    const sealed = await store.get(chunkKey(id, number), { ...storeOptions, limit: maxChunkBytes })
    if (sealed === null) return checkEnd(number)
    const chunk = decryptChunk(id, deriveKeys, sealed)
    if (chunk === null)
      return check(
        'broken',
        `chunk ${number} was changed, belongs to another recording, or its key is no longer configured`,
      )
    if (chunk.number !== number) return check('broken', `chunk ${chunk.number} is in the place of chunk ${number}`)
    head = nextHead(head, sealed)
    bytes += sealed.length
    final = chunk.final
    yield chunk.text
  }
  if (last >= number) return check('broken', `chunk ${last} comes after the final chunk`)
  if (proven !== null && !isProven(proven, number, head))
    return check('broken', 'its chunks do not match the audit log')
  return check('complete')

  /** @param missing the number of the first chunk that is not stored */
  function checkEnd(missing: number): RecordingCheck {
    if (last > missing) return check('broken', `chunk ${missing} is missing, and later chunks exist`)
    if (proven !== null && !isProven(proven, missing, head))
      return check('broken', `chunk ${missing} is missing: by the audit log, there are ${proven.chunks} chunks`)
    return check('cut', missing === 0 ? 'no chunk is stored' : 'its final chunk is missing')
  }
}

function isProven(proven: ProvenRecording, chunks: number, head: Buffer): boolean {
  return proven.chunks === chunks && proven.head === head.toString('hex')
}

export async function verifyRecording(options: ReadRecordingOptions): Promise<RecordingCheck> {
  const reading = readRecording(options)
  for (;;) {
    const step = await reading.next()
    if (step.done) return step.value
  }
}
