import { Duplex, type Writable } from 'node:stream'
import { FrameTracker, type TrackerOutput } from './frame-tracker.ts'
import { opcodes } from './frames.ts'

/** Close codes of a stream that has ended as it should. 1005: a close frame without a code. */
const normalCloseCodes: readonly (number | null)[] = [1000, 1001, 1005]

/**
 * The caller's end of a relay for a caller that does not speak websocket, such as a page that reads a log. The data of the rack's
 * messages goes to `sink` at the speed of its reader. The rack ends the stream with an empty binary message or a close frame.
 * Without one, the sink is destroyed, so that a log that broke off never looks complete. The caller only reads, so the rack gets
 * no frame from it.
 */
export class TextClient extends Duplex implements TrackerOutput {
  readonly #tracker = new FrameTracker('server', this)
  readonly #sink: Writable
  #received: Buffer[] = []
  #hasEnded = false
  #isSilent = true
  #isAtLineStart = true

  /** @param sink for example an HTTP response; it is ended and destroyed together with this stream */
  constructor(sink: Writable) {
    super({ allowHalfOpen: false })
    this.#sink = sink
    sink.on('error', () => this.destroy())
    sink.on('close', () => this.destroy())
    if (sink.closed) this.destroy()
  }

  /**
   * Sends an empty line if nothing was sent since the last call, so that no proxy closes a silent log, and a reader that vanished
   * is noticed. Never sends it within a line.
   */
  ping(): void {
    const isSilent = this.#isSilent
    this.#isSilent = true
    if (isSilent && this.#isAtLineStart && this.writable && this.writableLength === 0 && !this.#sink.writableNeedDrain)
      this.#sink.write('\n')
  }

  /** Called by the tracker. */
  payload(opcode: number, piece: Buffer, _mask: number, _offset: number, endOfMessage: boolean): void {
    if (this.#hasEnded) return
    if (opcode === opcodes.text) this.#received.push(piece)
    if (opcode === opcodes.binary && piece.length === 0 && endOfMessage) this.#hasEnded = true
  }

  /** Called by the tracker. Only payload reaches the sink. */
  bytes(): void {}

  /** The tracker never calls it, because this client requests no boundary. */
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

const newline = 0x0a
