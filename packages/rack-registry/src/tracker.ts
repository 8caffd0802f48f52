import { headerSize, opcodes, readHeader, rotateMask, type Sender, writeHeader } from './frames.ts'
import { frameViolation } from './violation.ts'

/** What comes out of a tracker, in order. */
export interface TrackerOutput {
  /** Bytes to send on. Slices of what went in, except for headers. */
  bytes(part: Buffer): void
  /** A frame can be put after what was sent. Called only while `wanted` is set. */
  boundary(): void
  /** A piece of a data message, masked as it came. */
  payload(opcode: number, piece: Buffer, mask: number, offset: number, end: boolean): void
}

/** A data frame that is longer leaves as one fragment for each read, so that there always is a boundary soon. Stock clients and racks send 1 to 32 KB. */
export const wholeFrameLimit = 64 * 1024

const longestHeader = 14

/**
 * Knows where frames begin and end in a stream of bytes. It reads headers only: nothing is reassembled, payload isn't
 * copied, and frames up to `wholeFrameLimit` leave byte for byte as they came.
 */
export class FrameTracker {
  readonly sender: Sender
  /** Ask for `boundary` at the next chance. */
  wanted = false
  /** Drop whatever comes. */
  stopped = false
  /** Once a whole close frame has passed: its code, 1005 when it has none. Nothing passes after it. */
  closeCode: number | null = null
  readonly #output: TrackerOutput
  #held: Buffer | null = null
  #heldBytes = 0
  #fin = false
  #opcode = 0
  #mask: number | null = null
  #length = 0
  #remaining = 0
  #message = 0
  /** The opcode that the next fragment of a long frame has. */
  #fragment = 0
  #split = false
  #code = 0

  constructor(sender: Sender, output: TrackerOutput) {
    this.sender = sender
    this.#output = output
  }

  /** Whether a control frame can be put after the bytes so far. */
  get atBoundary(): boolean {
    return this.#remaining === 0 || this.#split
  }

  /** Whether a whole message can be put after the bytes so far. */
  get betweenMessages(): boolean {
    return this.#remaining === 0 && this.#message === 0
  }

  /** Takes the next bytes. Returns what is wrong with them: then everything before the bad frame has been sent on. */
  read(chunk: Buffer): string | null {
    let sent = 0
    let at = 0
    while (at < chunk.length && !this.stopped && this.closeCode === null) {
      if (this.#remaining === 0) {
        const begin = at
        const header = this.#header(chunk, at)
        if (header === null) {
          this.#send(chunk, sent, begin)
          return null
        }
        at = header.next
        const violation = this.#begin(header.bytes, header.at)
        if (violation !== null || this.#split || header.bytes !== chunk) {
          this.#send(chunk, sent, begin)
          if (violation !== null) return violation
          if (!this.#split) this.#output.bytes(Buffer.from(header.bytes.subarray(0, header.size)))
          sent = at
        }
        if (this.#remaining > 0) continue
        if (this.#opcode < opcodes.close) this.#tap(chunk, at, at)
      } else {
        const end = at + Math.min(this.#remaining, chunk.length - at)
        if (this.#split) {
          this.#sendFragment(chunk, at, end)
          sent = end
        }
        this.#pass(chunk, at, end)
        at = end
      }
      if (this.#remaining === 0) this.#finishFrame()
      if (this.wanted && this.atBoundary) {
        this.#send(chunk, sent, at)
        sent = at
        this.#output.boundary()
      }
    }
    this.#send(chunk, sent, at)
    return null
  }

  #send(chunk: Buffer, from: number, to: number): void {
    if (to > from) this.#output.bytes(from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to))
  }

  /** Finds the header at `at`, in the chunk itself or put together from the chunks before; null while a part is missing. */
  #header(chunk: Buffer, at: number): { bytes: Buffer; at: number; size: number; next: number } | null {
    const second = this.#heldBytes === 0 ? chunk[at + 1] : undefined
    if (second !== undefined) {
      const size = headerSize(second)
      if (at + size <= chunk.length) return { bytes: chunk, at, size, next: at + size }
    }
    this.#held ??= Buffer.allocUnsafe(longestHeader)
    let next = at
    while (next < chunk.length) {
      this.#held[this.#heldBytes++] = chunk[next++] ?? 0
      const size = this.#heldBytes < 2 ? longestHeader : headerSize(this.#held[1] ?? 0)
      if (this.#heldBytes === size) {
        this.#heldBytes = 0
        return { bytes: this.#held, at: 0, size, next }
      }
    }
    return null
  }

  #begin(bytes: Buffer, at: number): string | null {
    const header = readHeader(bytes, at)
    const violation = frameViolation(header, bytes[at] ?? 0, this.sender, this.#message)
    if (violation !== null) return violation
    this.#fin = header.fin
    this.#opcode = header.opcode
    this.#mask = header.mask
    this.#length = header.length
    this.#remaining = header.length
    this.#split = header.length > wholeFrameLimit
    this.#fragment = header.opcode
    this.#code = 0
    if (header.opcode === opcodes.text || header.opcode === opcodes.binary) this.#message = header.opcode
    return null
  }

  #sendFragment(chunk: Buffer, from: number, to: number): void {
    const last = this.#remaining === to - from
    const mask = this.#mask === null ? null : rotateMask(this.#mask, this.#length - this.#remaining)
    this.#output.bytes(writeHeader({ fin: last && this.#fin, opcode: this.#fragment, length: to - from, mask }))
    this.#output.bytes(chunk.subarray(from, to))
    this.#fragment = opcodes.continuation
  }

  #pass(chunk: Buffer, from: number, to: number): void {
    if (this.#opcode < opcodes.close) this.#tap(chunk, from, to)
    else if (this.#opcode === opcodes.close) this.#readCode(chunk, from, to)
    this.#remaining -= to - from
  }

  #tap(chunk: Buffer, from: number, to: number): void {
    const offset = this.#length - this.#remaining
    const end = this.#fin && this.#remaining === to - from
    this.#output.payload(this.#message, chunk.subarray(from, to), this.#mask ?? 0, offset, end)
  }

  #readCode(chunk: Buffer, from: number, to: number): void {
    for (let at = from; at < to; at++) {
      const offset = this.#length - this.#remaining + at - from
      if (offset > 1) return
      const key = this.#mask === null ? 0 : (this.#mask >>> (24 - offset * 8)) & 0xff
      this.#code = (this.#code << 8) | ((chunk[at] ?? 0) ^ key)
    }
  }

  #finishFrame(): void {
    this.#split = false
    if (this.#opcode === opcodes.close) this.closeCode = this.#length < 2 ? 1005 : this.#code
    else if (this.#opcode < opcodes.close && this.#fin) this.#message = 0
  }
}
