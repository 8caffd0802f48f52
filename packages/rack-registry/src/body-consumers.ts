import type { Writable } from 'node:stream'
import { CallerGone, ResponseTooLarge } from './errors.ts'
import type { TokenRedactor } from './token-redactor.ts'
import type { MemoryBudget } from './types.ts'

/** The source of a body: an undici exchange or an `http.IncomingMessage`. */
export interface BodySource {
  pause(): void
  resume(): void
  abort(reason: Error): void
}

export interface BodyConsumer {
  data(chunk: Buffer): void
  end(): void
  fail(error: Error): void
}

export class PipeConsumer implements BodyConsumer {
  readonly #rack: string
  readonly #source: BodySource
  readonly #sink: Writable
  readonly #redactor: TokenRedactor | null
  readonly #resolve: (bytes: number) => void
  readonly #reject: (error: Error) => void
  #pending: readonly Buffer[] = []
  #bytes = 0
  #settled = false

  constructor(
    rack: string,
    source: BodySource,
    sink: Writable,
    redactor: TokenRedactor | null,
    resolve: (bytes: number) => void,
    reject: (error: Error) => void,
  ) {
    this.#rack = rack
    this.#source = source
    this.#sink = sink
    this.#redactor = redactor
    this.#resolve = resolve
    this.#reject = reject
    if (sink.destroyed || sink.writableEnded) {
      this.#sinkGone()
      return
    }
    sink.on('drain', () => source.resume())
    sink.on('close', () => this.#sinkGone())
    sink.on('error', () => this.#sinkGone())
    sink.on('finish', () => this.#finish())
  }

  data(chunk: Buffer): void {
    if (this.#settled) return
    this.#bytes += chunk.length
    if (this.#redactor === null ? !this.#sink.write(chunk) : !this.#writeRedacted(chunk, this.#redactor))
      this.#source.pause()
  }

  end(): void {
    if (this.#settled) return
    for (const piece of this.#pending) this.#sink.write(piece)
    this.#sink.end()
  }

  /** Writes everything except a possible beginning of the token. Returns whether the sink accepts more. */
  #writeRedacted(chunk: Buffer, redactor: TokenRedactor): boolean {
    const heldBack = redactor.redact(chunk)
    const pieces = [...this.#pending, chunk]
    let sendable = sizeOf(pieces) - sizeOf(heldBack)
    let acceptsMore = true
    for (const piece of pieces) {
      if (sendable <= 0) break
      acceptsMore = this.#sink.write(piece.subarray(0, sendable))
      sendable -= piece.length
    }
    this.#pending = heldBack
    return acceptsMore
  }

  fail(error: Error): void {
    if (this.#settled) return
    this.#settled = true
    this.#reject(error)
  }

  #finish(): void {
    if (this.#settled) return
    this.#settled = true
    this.#resolve(this.#bytes)
  }

  #sinkGone(): void {
    if (this.#settled) return
    const gone = new CallerGone(this.#rack)
    this.fail(gone)
    this.#source.abort(gone)
  }
}

function sizeOf(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0)
}

interface CollectOptions {
  readonly rack: string
  readonly source: BodySource
  readonly limit: number
  readonly budget: MemoryBudget | null
  readonly resolve: (body: readonly Buffer[]) => void
  readonly reject: (error: Error) => void
}

export class CollectConsumer implements BodyConsumer {
  readonly #options: CollectOptions
  #chunks: Buffer[] = []
  #bytes = 0
  #reservation: 'not-requested' | 'requested' | 'reserved'
  #complete = false

  constructor(options: CollectOptions) {
    this.#options = options
    this.#reservation = options.budget === null ? 'reserved' : 'not-requested'
  }

  data(chunk: Buffer): void {
    const { rack, limit, budget, source } = this.#options
    this.#bytes += chunk.length
    if (this.#bytes > limit) {
      this.#abort(new ResponseTooLarge(rack, limit))
      return
    }
    this.#chunks.push(chunk)
    if (budget !== null && this.#reservation === 'not-requested' && this.#bytes > budget.freeBytes)
      this.#reserve(budget)
    if (this.#reservation === 'requested') source.pause()
  }

  end(): void {
    this.#complete = true
    if (this.#reservation === 'requested') return
    const chunks = this.#chunks
    // The response object keeps this consumer, which would otherwise keep the body in memory.
    this.#chunks = []
    this.#options.resolve(chunks)
  }

  fail(error: Error): void {
    this.#options.reject(error)
  }

  #reserve(budget: MemoryBudget): void {
    this.#reservation = 'requested'
    budget.reserve().then(
      () => {
        this.#reservation = 'reserved'
        if (this.#complete) this.end()
        else this.#options.source.resume()
      },
      (error: Error) => this.#abort(error),
    )
  }

  #abort(error: Error): void {
    this.#chunks = []
    this.#options.reject(error)
    this.#options.source.abort(error)
  }
}

/** Bytes. Reading and discarding up to this many bytes is cheaper than a new connection. */
const discardLimit = 64 * 1024

export class DiscardConsumer implements BodyConsumer {
  readonly #rack: string
  readonly #source: BodySource
  #bytes = 0

  constructor(rack: string, source: BodySource) {
    this.#rack = rack
    this.#source = source
  }

  data(chunk: Buffer): void {
    this.#bytes += chunk.length
    // Closes the connection. `fail` ignores this error.
    if (this.#bytes > discardLimit) this.#source.abort(new CallerGone(this.#rack))
  }

  end(): void {}
  fail(): void {}
}
