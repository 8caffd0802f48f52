import type { Socket } from 'node:net'
import { Duplex, type Writable } from 'node:stream'
import { FrameTracker, type TrackerOutput } from './frame-tracker.ts'
import { opcodes } from './frames.ts'

/** Close codes of a websocket that has ended as it should. 1005: a close frame without a code. */
const normalCloseCodes: readonly (number | null)[] = [1000, 1001, 1005]

/**
 * A relay's client for a caller that does not speak websocket, such as a page that reads a log. Writes the rack's text
 * messages to `sink`, at the speed of its reader. The rack ends the stream with an empty binary message or a close
 * frame. Without either, the sink is destroyed, so that an incomplete log never looks complete. Sends the rack no
 * frames.
 */
export class TextClient extends Duplex implements TrackerOutput {
  readonly #tracker = new FrameTracker('server', this)
  readonly #sink: TextSink
  #received: Buffer[] = []
  #hasEnded = false
  #isSilent = true
  #isAtLineStart = true

  /** @param sink is ended and destroyed together with this stream */
  constructor(sink: TextSink) {
    super({ allowHalfOpen: false })
    this.#sink = sink
    sink.on('error', () => this.destroy())
    sink.on('close', () => this.destroy())
    if (sink.closed) this.destroy()
  }

  /**
   * Sends an empty line if no text was sent since the previous `ping`, because a proxy could close a silent connection.
   * Sends nothing within a line.
   */
  ping(): void {
    const isSilent = this.#isSilent
    this.#isSilent = true
    if (isSilent && this.#isAtLineStart && this.writable && this.writableLength === 0 && !this.#sink.writableNeedDrain)
      this.#sink.write('\n')
  }

  /** Destroys this stream and the sink, and discards what the kernel has not sent. */
  resetAndDestroy(): void {
    this.#sink.socket?.resetAndDestroy()
    this.destroy()
  }

  payload(opcode: number, piece: Buffer, _mask: number, _offset: number, endOfMessage: boolean): void {
    if (this.#hasEnded) return
    if (opcode === opcodes.text) this.#received.push(piece)
    if (opcode === opcodes.binary && piece.length === 0 && endOfMessage) this.#hasEnded = true
  }

  /** Only payload reaches the sink. */
  bytes(): void {}

  /** Never called, because this client requests no boundary. */
  boundary(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const violation = this.#tracker.read(chunk)
    const text = Buffer.concat(this.#received)
    this.#received = []
    if (this.#hasEnded || this.#tracker.closeCode !== null) this.push(null)
    const error = violation === null ? null : new Error(`The rack violated the websocket protocol: ${violation}`)
    if (text.length === 0) {
      done(error)
      return
    }
    this.#isSilent = false
    this.#isAtLineStart = text.at(-1) === newline
    // One write for all messages of a chunk, which can be thousands.
    this.#sink.write(text, () => done(error))
  }

  override _read(): void {}

  override _final(done: (error?: Error | null) => void): void {
    if (this.#hasEnded || normalCloseCodes.includes(this.#tracker.closeCode)) this.#sink.end(done)
    else done(new Error('The stream broke off before its end.'))
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.#sink.writableEnded) this.#sink.destroy()
    done(error)
  }
}

/** For example an HTTP response. */
type TextSink = Writable & { readonly socket?: Socket | null }

const newline = 0x0a
