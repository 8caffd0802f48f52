import { Duplex, type Writable } from 'node:stream'
import { FrameTracker, type TrackerOutput } from './frame-tracker.ts'
import { opcodes } from './frames.ts'

/**
 * The caller's end of a relay for a caller that does not speak websocket, such as a page that reads a log. The data of the rack's
 * messages goes to `sink` at the speed of its reader. The rack ends the stream with an empty binary message or a close frame.
 * The caller only reads, so the rack gets no frame from it.
 */
export class TextClient extends Duplex implements TrackerOutput {
  readonly #tracker = new FrameTracker('server', this)
  readonly #sink: Writable
  #hasEnded = false

  /** @param sink for example an HTTP response; it is ended and destroyed together with this stream */
  constructor(sink: Writable) {
    super({ allowHalfOpen: false })
    this.#sink = sink
    sink.on('error', () => this.destroy())
    sink.on('close', () => this.destroy())
    if (sink.closed) this.destroy()
  }

  /** Called by the tracker. */
  payload(opcode: number, piece: Buffer, _mask: number, _offset: number, endOfMessage: boolean): void {
    if (opcode === opcodes.text && piece.length > 0) this.#sink.write(Buffer.from(piece))
    if (opcode === opcodes.binary && piece.length === 0 && endOfMessage) this.#hasEnded = true
  }

  /** Called by the tracker. Frames go nowhere. */
  bytes(): void {}

  /** Called by the tracker, and never here, because this client inserts no frames. */
  boundary(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const violation = this.#tracker.read(chunk)
    if (violation !== null) {
      done(new Error(`The rack violated the websocket protocol: ${violation}`))
      return
    }
    if (this.#hasEnded || this.#tracker.closeCode !== null) this.push(null)
    if (this.#sink.writableNeedDrain) this.#sink.once('drain', done)
    else done()
  }

  override _read(): void {}

  override _final(done: (error?: Error | null) => void): void {
    this.#sink.end(done)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.#sink.writableEnded) this.#sink.destroy()
    done(error)
  }
}
