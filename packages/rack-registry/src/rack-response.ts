import type { Writable } from 'node:stream'
import { type BodyConsumer, type BodySource, CollectConsumer, DiscardConsumer, PipeConsumer } from './body-consumers.ts'
import { BodyAlreadyTaken } from './errors.ts'
import type { ResponseHead } from './headers.ts'
import type { TokenRedactor } from './token-redactor.ts'
import type { MemoryBudget, UpstreamResponse } from './types.ts'

/**
 * Bytes of a body that are buffered while the audit event of the call is written. A smaller response is read
 * completely, which frees its connection.
 */
const bufferLimit = 64 * 1024

/** Other status texts are not forwarded, because Node throws for control characters. */
const printable = /^[\x20-\x7e]*$/

/** The source calls `push`, `finish`, and `break`. Consuming the body a second time throws BodyAlreadyTaken. */
export class RackResponse implements UpstreamResponse {
  readonly status: number
  readonly statusText: string
  readonly headers: readonly string[]
  readonly length: number | null
  readonly #rack: string
  readonly #source: BodySource
  #consumer: BodyConsumer | null = null
  #buffered: Buffer[] = []
  #bufferedBytes = 0
  #outcome: 'complete' | Error | null = null

  constructor(rack: string, source: BodySource, status: number, statusText: string, head: ResponseHead) {
    this.#rack = rack
    this.#source = source
    this.status = status
    this.statusText = printable.test(statusText) ? statusText : ''
    this.headers = head.headers
    this.length = head.length
  }

  header(lowerCaseName: string): string | undefined {
    for (let i = 0; i < this.headers.length; i += 2) {
      if (this.headers[i]?.toLowerCase() === lowerCaseName) return this.headers[i + 1]
    }
    return undefined
  }

  pipe(sink: Writable, redactor: TokenRedactor | null = null): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#consume(new PipeConsumer(this.#rack, this.#source, sink, redactor, resolve, reject))
    })
  }

  async collect(limit: number): Promise<Buffer> {
    return Buffer.concat(await this.collectChunks(limit))
  }

  collectChunks(limit: number, budget: MemoryBudget | null = null): readonly Buffer[] | Promise<readonly Buffer[]> {
    const isSmall = this.#bufferedBytes <= Math.min(limit, budget?.freeBytes ?? limit)
    if (this.#outcome === 'complete' && this.#consumer === null && isSmall) return this.#takeBuffered()
    return new Promise((resolve, reject) => {
      this.#consume(new CollectConsumer({ rack: this.#rack, source: this.#source, limit, budget, resolve, reject }))
    })
  }

  #takeBuffered(): readonly Buffer[] {
    const buffered = this.#buffered
    this.#buffered = []
    this.discard()
    return buffered
  }

  discard(): void {
    this.#consume(new DiscardConsumer(this.#rack, this.#source))
  }

  push(chunk: Buffer): void {
    if (this.#consumer !== null) {
      this.#consumer.data(chunk)
      return
    }
    this.#buffered.push(chunk)
    this.#bufferedBytes += chunk.length
    if (this.#bufferedBytes >= bufferLimit) this.#source.pause()
  }

  finish(): void {
    this.#outcome ??= 'complete'
    this.#consumer?.end()
  }

  break(error: Error): void {
    if (this.#outcome !== null) return
    this.#outcome = error
    this.#buffered = []
    this.#consumer?.fail(error)
  }

  #consume(consumer: BodyConsumer): void {
    if (this.#consumer !== null) throw new BodyAlreadyTaken()
    this.#consumer = consumer
    const buffered = this.#buffered
    this.#buffered = []
    if (this.#outcome instanceof Error) {
      consumer.fail(this.#outcome)
      return
    }
    for (const chunk of buffered) consumer.data(chunk)
    if (this.#outcome === 'complete') consumer.end()
    else this.#source.resume()
  }
}
