import type { Writable } from 'node:stream'
import { AnswerTooLarge, CallerGone } from './errors.ts'
import type { TokenVeil } from './token-veil.ts'
import type { CollectRoom } from './types.ts'

/** The source of a body: an undici exchange or an `http.IncomingMessage`. */
export interface BodySource {
  pause(): void
  resume(): void
  abort(reason: Error): void
}

/** The receiver of a body. */
export interface BodyConsumer {
  data(chunk: Buffer): void
  end(): void
  fail(error: Error): void
}

/** Into a writable, at the speed of the slower side, without a stream object in between. */
export class Piping implements BodyConsumer {
  readonly #rack: string
  readonly #source: BodySource
  readonly #sink: Writable
  readonly #veil: TokenVeil | null
  readonly #resolve: (bytes: number) => void
  readonly #reject: (error: Error) => void
  #kept: readonly Buffer[] = []
  #bytes = 0
  #settled = false

  constructor(
    rack: string,
    source: BodySource,
    sink: Writable,
    veil: TokenVeil | null,
    resolve: (bytes: number) => void,
    reject: (error: Error) => void,
  ) {
    this.#rack = rack
    this.#source = source
    this.#sink = sink
    this.#veil = veil
    this.#resolve = resolve
    this.#reject = reject
    if (sink.destroyed || sink.writableEnded) {
      this.#gone()
      return
    }
    sink.on('drain', () => source.resume())
    sink.on('close', () => this.#gone())
    sink.on('error', () => this.#gone())
    sink.on('finish', () => this.#finish())
  }

  data(chunk: Buffer): void {
    if (this.#settled) return
    this.#bytes += chunk.length
    if (this.#veil === null ? !this.#sink.write(chunk) : !this.#writeCovered(chunk, this.#veil)) this.#source.pause()
  }

  end(): void {
    if (this.#settled) return
    for (const kept of this.#kept) this.#sink.write(kept)
    this.#sink.end()
  }

  /** Sends what can't be the beginning of a token any more. Returns whether the sink wants more. */
  #writeCovered(chunk: Buffer, veil: TokenVeil): boolean {
    const open = veil.cover(chunk)
    const pieces = [...this.#kept, chunk]
    let free = sizeOf(pieces) - sizeOf(open)
    let wanted = true
    for (const piece of pieces) {
      if (free <= 0) break
      wanted = this.#sink.write(piece.subarray(0, free))
      free -= piece.length
    }
    this.#kept = open
    return wanted
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

  #gone(): void {
    if (this.#settled) return
    const gone = new CallerGone(this.#rack)
    this.fail(gone)
    this.#source.abort(gone)
  }
}

function sizeOf(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0)
}

interface CollectingOptions {
  readonly rack: string
  readonly source: BodySource
  readonly limit: number
  readonly room: CollectRoom | null
  readonly resolve: (body: Buffer) => void
  readonly reject: (error: Error) => void
}

/** Into one buffer, up to a limit. */
export class Collecting implements BodyConsumer {
  readonly #options: CollectingOptions
  #chunks: Buffer[] = []
  #bytes = 0
  #room: 'not-asked' | 'asked' | 'taken'
  #complete = false

  constructor(options: CollectingOptions) {
    this.#options = options
    this.#room = options.room === null ? 'taken' : 'not-asked'
  }

  data(chunk: Buffer): void {
    const { rack, limit, room, source } = this.#options
    this.#bytes += chunk.length
    if (this.#bytes > limit) {
      this.#giveUp(new AnswerTooLarge(rack, limit))
      return
    }
    this.#chunks.push(chunk)
    if (room !== null && this.#room === 'not-asked' && this.#bytes > room.free) this.#ask(room)
    if (this.#room === 'asked') source.pause()
  }

  end(): void {
    this.#complete = true
    if (this.#room === 'asked') return
    const chunks = this.#chunks
    // the answer outlives its body, which should not be held twice
    this.#chunks = []
    const [only] = chunks
    this.#options.resolve(only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks))
  }

  fail(error: Error): void {
    this.#options.reject(error)
  }

  #ask(room: CollectRoom): void {
    this.#room = 'asked'
    room.take().then(
      () => {
        this.#room = 'taken'
        if (this.#complete) this.end()
        else this.#options.source.resume()
      },
      (error: Error) => this.#giveUp(error),
    )
  }

  #giveUp(error: Error): void {
    this.#chunks = []
    this.#options.reject(error)
    this.#options.source.abort(error)
  }
}

/** Reading this many bytes costs less than a new connection. */
const worthReading = 64 * 1024

/** Nowhere. */
export class Discarding implements BodyConsumer {
  readonly #rack: string
  readonly #source: BodySource
  #bytes = 0

  constructor(rack: string, source: BodySource) {
    this.#rack = rack
    this.#source = source
  }

  data(chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#bytes > worthReading) this.#source.abort(new CallerGone(this.#rack))
  }

  end(): void {}
  fail(): void {}
}
