import type { Writable } from 'node:stream'
import type { BodyConsumer, BodySource } from './answer.ts'
import { AnswerTooLarge, CallerGone } from './errors.ts'

/** Into a writable, at the speed of the slower side, without a stream object in between. */
export class Piping implements BodyConsumer {
  readonly #rack: string
  readonly #source: BodySource
  readonly #sink: Writable
  readonly #resolve: (bytes: number) => void
  readonly #reject: (error: Error) => void
  #bytes = 0
  #settled = false

  constructor(
    rack: string,
    source: BodySource,
    sink: Writable,
    resolve: (bytes: number) => void,
    reject: (error: Error) => void,
  ) {
    this.#rack = rack
    this.#source = source
    this.#sink = sink
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
    if (!this.#sink.write(chunk)) this.#source.pause()
  }

  end(): void {
    if (!this.#settled) this.#sink.end()
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

/** Into one buffer, up to a limit. */
export class Collecting implements BodyConsumer {
  readonly #rack: string
  readonly #source: BodySource
  readonly #limit: number
  readonly #resolve: (body: Buffer) => void
  readonly #reject: (error: Error) => void
  readonly #chunks: Buffer[] = []
  #bytes = 0

  constructor(
    rack: string,
    source: BodySource,
    limit: number,
    resolve: (body: Buffer) => void,
    reject: (error: Error) => void,
  ) {
    this.#rack = rack
    this.#source = source
    this.#limit = limit
    this.#resolve = resolve
    this.#reject = reject
  }

  data(chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#bytes <= this.#limit) {
      this.#chunks.push(chunk)
      return
    }
    this.#chunks.length = 0
    const tooLarge = new AnswerTooLarge(this.#rack, this.#limit)
    this.#reject(tooLarge)
    this.#source.abort(tooLarge)
  }

  end(): void {
    const [only] = this.#chunks
    this.#resolve(only !== undefined && this.#chunks.length === 1 ? only : Buffer.concat(this.#chunks))
  }

  fail(error: Error): void {
    this.#reject(error)
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
