import { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/** Bytes. Smaller chunks of one read of the connection are joined. */
const smallChunk = 1_024
const joinedSize = 4_096
/** A body can have this number of chunks, and one more for every `bytesPerChunk` bytes. */
const freeChunks = 1_000
const bytesPerChunk = 32

/** The body of a request consists of too many small chunks, each of which takes time and memory. */
export class SmallChunks extends Error {
  readonly code = 'SMALL_CHUNKS'
}

/**
 * Limits the number of chunks of a body, and joins small ones. Each chunk is a Buffer of some 150 bytes, so a body of
 * one-byte chunks would otherwise take 150 times its size in memory.
 */
export abstract class BoundedMessage extends IncomingMessage {
  /** Bytes of the body that were parsed. */
  receivedBytes = 0
  /** Bytes of memory that the gateway counts for the request until its caller is known. */
  countedBytes = 0
  #chunks = 0
  #isRejected = false
  #isFlushScheduled = false
  #joined: Buffer | null = null
  #joinedLength = 0

  /** Must end the connection. */
  protected abstract reject(error: SmallChunks): void

  override push(chunk: Buffer | null): boolean {
    if (this.#isRejected) return false
    if (chunk === null) {
      this.#flush()
      return super.push(null)
    }
    this.#chunks += 1
    this.receivedBytes += chunk.length
    if (this.#chunks > freeChunks + this.receivedBytes / bytesPerChunk) {
      this.#isRejected = true
      this.#joined = null
      this.reject(new SmallChunks('The body has too many small chunks.'))
      return false
    }
    // A single chunk is not copied.
    if (chunk.length >= smallChunk || this.#chunks === 1) {
      const canContinue = this.#flush()
      return super.push(chunk) && canContinue
    }
    return this.#join(chunk)
  }

  #join(chunk: Buffer): boolean {
    if (this.#joinedLength + chunk.length > joinedSize) this.#flush()
    this.#joined ??= Buffer.allocUnsafe(joinedSize)
    chunk.copy(this.#joined, this.#joinedLength)
    this.#joinedLength += chunk.length
    if (!this.#isFlushScheduled) {
      this.#isFlushScheduled = true
      process.nextTick(() => {
        this.#isFlushScheduled = false
        this.#flush()
      })
    }
    return this.readableLength < this.readableHighWaterMark
  }

  /** @returns whether the reader keeps up */
  #flush(): boolean {
    if (this.#joined === null || this.#joinedLength === 0) return true
    // A copy, so that a few bytes do not keep the whole buffer in memory.
    const joined = Buffer.from(this.#joined.subarray(0, this.#joinedLength))
    this.#joined = null
    this.#joinedLength = 0
    return super.push(joined)
  }
}

/** @param reject must end the connection */
export function boundedMessages(reject: (error: SmallChunks, socket: Socket) => void): typeof IncomingMessage {
  return class extends BoundedMessage {
    protected override reject(error: SmallChunks): void {
      reject(error, this.socket)
    }
  }
}
