import { setTimeout as sleep } from 'node:timers/promises'
import type { ObjectStore } from '@rack-gateway/object-store'
import { createBackOff, runWithTimeout } from '@rack-gateway/time'
import { returnBuffer } from './buffer-pool.ts'
import { chunkKey } from './chunk.ts'
import type { RecordingLimits } from './limits.ts'

/** All recordings of a process share one context. */
export interface UploadContext {
  readonly store: ObjectStore
  readonly limits: RecordingLimits
  /** A monotonic clock, in milliseconds. */
  readonly elapsed: () => number
  readonly signal: AbortSignal
  readonly totals: UploadTotals
  readonly onError: (error: unknown, recording: string) => void
}

export interface UploadTotals {
  waitingBytes: number
  waitingChunks: number
  stored: number
  failures: number
  /** For each recording whose chunks cannot be stored: the time of the first failure since its last stored chunk. */
  readonly failing: Map<string, number>
}

export function createTotals(): UploadTotals {
  return { waitingBytes: 0, waitingChunks: 0, stored: 0, failures: 0, failing: new Map() }
}

interface QueuedChunk {
  readonly number: number
  readonly bytes: Buffer
  readonly queuedAt: number
  /** After a failed attempt, the memory is not reused, because an attempt that timed out may still read it. */
  hasFailed: boolean
}

/**
 * Stores the chunks of one recording in order. Retries a failed attempt until the gateway stops. Recordings do not wait
 * for each other.
 */
export class UploadQueue {
  readonly #recording: string
  readonly #context: UploadContext
  readonly #onStored: () => void
  readonly #onFailed: (waitedFor: number) => void
  #queue: QueuedChunk[] = []
  #waitingBytes = 0
  #drained: Promise<void> = Promise.resolve()
  #running = false

  /** @param onFailed called after each failed attempt with the age of the oldest chunk in milliseconds */
  constructor(
    recording: string,
    context: UploadContext,
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

  /** @param bytes must not be used by the caller afterwards, because their memory is reused */
  add(number: number, bytes: Buffer): void {
    const { totals, elapsed } = this.#context
    this.#queue.push({ number, bytes, queuedAt: elapsed(), hasFailed: false })
    this.#waitingBytes += memoryOf(bytes)
    totals.waitingBytes += memoryOf(bytes)
    totals.waitingChunks += 1
    if (this.#running) return
    this.#running = true
    this.#drained = this.#run()
  }

  /** Resolves when the queue is empty, or `signal` was aborted. */
  done(): Promise<void> {
    return this.#drained
  }

  async #run(): Promise<void> {
    const { signal, limits } = this.#context
    const backOff = createBackOff({ minimum: limits.backOff, maximum: limits.maxBackOff })
    for (let next = this.#queue[0]; next !== undefined && !signal.aborted; next = this.#queue[0]) {
      if (await this.#store(next)) {
        backOff.reset()
        continue
      }
      await sleep(backOff.next(), undefined, { signal }).catch(() => {})
    }
    this.#running = false
  }

  async #store(chunk: QueuedChunk): Promise<boolean> {
    const { store, limits, signal, totals, elapsed, onError } = this.#context
    try {
      const key = chunkKey(this.#recording, chunk.number)
      await runWithTimeout((signal) => store.put(key, chunk.bytes, { signal }), {
        milliseconds: limits.attemptTimeout,
        signal,
      })
    } catch (error) {
      if (signal.aborted) return false
      chunk.hasFailed = true
      totals.failures += 1
      if (!totals.failing.has(this.#recording)) totals.failing.set(this.#recording, elapsed())
      onError(error, this.#recording)
      this.#onFailed(elapsed() - chunk.queuedAt)
      return false
    }
    this.#queue.shift()
    if (!chunk.hasFailed) returnBuffer(chunk.bytes)
    this.#waitingBytes -= memoryOf(chunk.bytes)
    totals.waitingBytes -= memoryOf(chunk.bytes)
    totals.waitingChunks -= 1
    totals.stored += 1
    totals.failing.delete(this.#recording)
    this.#onStored()
    return true
  }
}

/** The memory that a view keeps alive. */
function memoryOf(bytes: Buffer): number {
  return bytes.buffer.byteLength
}
