import { setTimeout as sleep } from 'node:timers/promises'
import { runWithTimeout } from '@rack-gateway/errors/with-timeout'
import type { ObjectStore } from '@rack-gateway/object-store'
import { chunkKey } from './chunk.ts'
import { giveBuffer } from './large-buffers.ts'
import type { RecordingLimits } from './limits.ts'

/** What all recordings of a process share: the store, and the count of what waits for it. */
export interface UploadsContext {
  readonly store: ObjectStore
  readonly limits: RecordingLimits
  /** Milliseconds of a clock that never goes back. */
  readonly elapsed: () => number
  /** Ends all attempts. */
  readonly signal: AbortSignal
  readonly totals: UploadTotals
  readonly onError: (error: unknown, recording: string) => void
}

export interface UploadTotals {
  waitingBytes: number
  waitingChunks: number
  stored: number
  failures: number
  /** Since when chunks of these recordings could not be stored, by recording. */
  readonly failing: Map<string, number>
}

export function newTotals(): UploadTotals {
  return { waitingBytes: 0, waitingChunks: 0, stored: 0, failures: 0, failing: new Map() }
}

interface Waiting {
  readonly number: number
  readonly bytes: Buffer
  readonly since: number
  /** An attempt was given up: it may still read the bytes. */
  givenUp: boolean
}

/** Stores the chunks of one recording one after another. What fails is tried again; nothing is given up, and no other recording waits for it. */
export class Uploads {
  readonly #recording: string
  readonly #context: UploadsContext
  readonly #onStored: () => void
  readonly #onFailed: (waitedFor: number) => void
  #queue: Waiting[] = []
  #waitingBytes = 0
  #idle: Promise<void> = Promise.resolve()
  #running = false

  /** @param onFailed is told after each failed attempt for how long the oldest chunk has waited */
  constructor(
    recording: string,
    context: UploadsContext,
    { onStored, onFailed }: { readonly onStored: () => void; readonly onFailed: (waitedFor: number) => void },
  ) {
    this.#recording = recording
    this.#context = context
    this.#onStored = onStored
    this.#onFailed = onFailed
  }

  get waitingBytes(): number {
    return this.#waitingBytes
  }

  /** @param bytes are nobody else's any more: once they are stored, their memory is used again */
  add(number: number, bytes: Buffer): void {
    const { totals, elapsed } = this.#context
    this.#queue.push({ number, bytes, since: elapsed(), givenUp: false })
    this.#waitingBytes += heldBy(bytes)
    totals.waitingBytes += heldBy(bytes)
    totals.waitingChunks += 1
    if (this.#running) return
    this.#running = true
    this.#idle = this.#run()
  }

  /** Resolves when nothing waits any more, or no attempt is made any more. */
  done(): Promise<void> {
    return this.#idle
  }

  async #run(): Promise<void> {
    const { signal, limits } = this.#context
    let wait = limits.backOff
    for (let next = this.#queue[0]; next !== undefined && !signal.aborted; next = this.#queue[0]) {
      if (await this.#store(next)) {
        wait = limits.backOff
        continue
      }
      await sleep(wait * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {})
      wait = Math.min(wait * 2, limits.longestBackOff)
    }
    this.#running = false
  }

  async #store(chunk: Waiting): Promise<boolean> {
    const { store, limits, signal, totals, elapsed, onError } = this.#context
    try {
      const key = chunkKey(this.#recording, chunk.number)
      await runWithTimeout((signal) => store.put(key, chunk.bytes, { signal }), {
        milliseconds: limits.attempt,
        signal,
      })
    } catch (error) {
      if (signal.aborted) return false
      chunk.givenUp = true
      totals.failures += 1
      if (!totals.failing.has(this.#recording)) totals.failing.set(this.#recording, elapsed())
      onError(error, this.#recording)
      this.#onFailed(elapsed() - chunk.since)
      return false
    }
    this.#queue.shift()
    if (!chunk.givenUp) giveBuffer(chunk.bytes)
    this.#waitingBytes -= heldBy(chunk.bytes)
    totals.waitingBytes -= heldBy(chunk.bytes)
    totals.waitingChunks -= 1
    totals.stored += 1
    totals.failing.delete(this.#recording)
    this.#onStored()
    return true
  }
}

/** What it is a view of stays as long as it does. */
function heldBy(bytes: Buffer): number {
  return bytes.buffer.byteLength
}
