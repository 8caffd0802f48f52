import type { Writable } from 'node:stream'
import { type BodyConsumer, type BodySource, Collecting, Discarding, Piping } from './consumers.ts'
import { BodyAlreadyTaken } from './errors.ts'
import type { AnswerHead } from './headers.ts'
import type { TokenVeil } from './token-veil.ts'
import type { CollectRoom, UpstreamAnswer } from './types.ts'

/** How much of a body may wait here, in bytes, while the call is being recorded. A small answer is complete, and its connection free, before anyone asks for it. */
const waitingRoom = 64 * 1024

/** What Node lets pass as a status text. */
const printable = /^[\x20-\x7e]*$/

/** A rack's answer: filled from one side by `push`, `finish` and `break`, taken from the other exactly once. */
export class Answer implements UpstreamAnswer {
  readonly status: number
  readonly statusText: string
  readonly headers: readonly string[]
  readonly length: number | null
  readonly #rack: string
  readonly #source: BodySource
  #consumer: BodyConsumer | null = null
  #waiting: Buffer[] = []
  #waitingBytes = 0
  #outcome: 'complete' | Error | null = null

  constructor(rack: string, source: BodySource, status: number, statusText: string, head: AnswerHead) {
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

  pipe(sink: Writable, veil: TokenVeil | null = null): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#take(new Piping(this.#rack, this.#source, sink, veil, resolve, reject))
    })
  }

  collect(limit: number, room: CollectRoom | null = null): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#take(new Collecting({ rack: this.#rack, source: this.#source, limit, room, resolve, reject }))
    })
  }

  discard(): void {
    this.#take(new Discarding(this.#rack, this.#source))
  }

  push(chunk: Buffer): void {
    if (this.#consumer !== null) {
      this.#consumer.data(chunk)
      return
    }
    this.#waiting.push(chunk)
    this.#waitingBytes += chunk.length
    if (this.#waitingBytes >= waitingRoom) this.#source.pause()
  }

  finish(): void {
    this.#outcome ??= 'complete'
    this.#consumer?.end()
  }

  break(error: Error): void {
    if (this.#outcome !== null) return
    this.#outcome = error
    this.#waiting = []
    this.#consumer?.fail(error)
  }

  #take(consumer: BodyConsumer): void {
    if (this.#consumer !== null) throw new BodyAlreadyTaken()
    this.#consumer = consumer
    const waiting = this.#waiting
    this.#waiting = []
    if (this.#outcome instanceof Error) {
      consumer.fail(this.#outcome)
      return
    }
    for (const chunk of waiting) consumer.data(chunk)
    if (this.#outcome === 'complete') consumer.end()
    else this.#source.resume()
  }
}
