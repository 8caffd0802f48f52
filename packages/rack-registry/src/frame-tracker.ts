import { frameViolation } from './frame-violation.ts'
import { headerSize, opcodes, readHeader, rotateMask, type Sender, writeHeader } from './frames.ts'

/** Receives the output of a tracker, in order. */
export interface TrackerOutput {
  /** Bytes to forward: slices of the input, except for headers. */
  bytes(part: Buffer): void
  /** A frame can be inserted here. Called only while `boundaryRequested` is true. */
  boundary(): void
  /** A piece of a data message, still with the WebSocket mask. `offset` is the position in the frame's payload. */
  payload(opcode: number, piece: Buffer, mask: number, offset: number, endOfMessage: boolean): void
}

/**
 * Bytes. A longer data frame is forwarded in fragments, one fragment per read, so that the next frame boundary is never
 * far. Stock clients and racks send 1 to 32 KB.
 */
export const wholeFrameLimit = 64 * 1024

const maxHeaderBytes = 14

/**
 * Finds the boundaries of frames. Reads only headers and close codes, and does not copy payloads. Frames up to
 * `wholeFrameLimit` are forwarded byte for byte.
 */
export class FrameTracker {
  readonly sender: Sender
  /** While true, `boundary()` of the output is called at each boundary. */
  boundaryRequested = false
  /** While true, all further bytes are discarded. */
  stopped = false
  /** The code of the close frame that was forwarded; 1005 if the frame has none. Nothing follows a close frame. */
  closeCode: number | null = null
  readonly #output: TrackerOutput
  #partialHeader: Buffer | null = null
  #partialHeaderBytes = 0
  #fin = false
  #opcode = 0
  #mask: number | null = null
  #length = 0
  #remaining = 0
  /** The opcode of the unfinished message; 0 between messages. */
  #messageOpcode = 0
  /** The opcode of the next fragment of a long frame. */
  #fragmentOpcode = 0
  /** Whether the current frame is longer than `wholeFrameLimit`, and is forwarded in fragments. */
  #isSplit = false
  /** The bytes of the close code that have arrived. */
  #partialCloseCode = 0

  constructor(sender: Sender, output: TrackerOutput) {
    this.sender = sender
    this.#output = output
  }

  /** Whether a control frame can be inserted after the bytes so far. */
  get isAtBoundary(): boolean {
    return this.#remaining === 0 || this.#isSplit
  }

  /** Whether a message can be inserted after the bytes so far. */
  get isBetweenMessages(): boolean {
    return this.#remaining === 0 && this.#messageOpcode === 0
  }

  /** Returns a protocol violation, or null. Everything before an invalid frame is forwarded. */
  read(chunk: Buffer): string | null {
    let sentUpTo = 0
    let at = 0
    while (at < chunk.length && !this.stopped && this.closeCode === null) {
      if (this.#remaining === 0) {
        const begin = at
        const header = this.#header(chunk, at)
        if (header === null) {
          this.#send(chunk, sentUpTo, begin)
          return null
        }
        at = header.next
        const violation = this.#begin(header.bytes, header.start)
        if (violation !== null || this.#isSplit || header.bytes !== chunk) {
          this.#send(chunk, sentUpTo, begin)
          if (violation !== null) return violation
          if (!this.#isSplit) this.#output.bytes(Buffer.from(header.bytes.subarray(0, header.size)))
          sentUpTo = at
        }
        if (this.#remaining > 0) continue
        if (this.#opcode < opcodes.close) this.#emitPayload(chunk, at, at)
      } else {
        const end = at + Math.min(this.#remaining, chunk.length - at)
        if (this.#isSplit) {
          this.#sendFragment(chunk, at, end)
          sentUpTo = end
        }
        this.#consumePayload(chunk, at, end)
        at = end
      }
      if (this.#remaining === 0) this.#finishFrame()
      if (this.boundaryRequested && this.isAtBoundary) {
        this.#send(chunk, sentUpTo, at)
        sentUpTo = at
        this.#output.boundary()
      }
    }
    this.#send(chunk, sentUpTo, at)
    return null
  }

  #send(chunk: Buffer, from: number, to: number): void {
    if (to > from) this.#output.bytes(from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to))
  }

  /** Null while the header is incomplete. `bytes` is the chunk, or a buffer with the parts from several chunks. */
  #header(chunk: Buffer, start: number): { bytes: Buffer; start: number; size: number; next: number } | null {
    const second = this.#partialHeaderBytes === 0 ? chunk[start + 1] : undefined
    if (second !== undefined) {
      const size = headerSize(second)
      if (start + size <= chunk.length) return { bytes: chunk, start, size, next: start + size }
    }
    this.#partialHeader ??= Buffer.allocUnsafe(maxHeaderBytes)
    let next = start
    while (next < chunk.length) {
      this.#partialHeader[this.#partialHeaderBytes++] = chunk[next++] ?? 0
      const size = this.#partialHeaderBytes < 2 ? maxHeaderBytes : headerSize(this.#partialHeader[1] ?? 0)
      if (this.#partialHeaderBytes === size) {
        this.#partialHeaderBytes = 0
        return { bytes: this.#partialHeader, start: 0, size, next }
      }
    }
    return null
  }

  #begin(bytes: Buffer, at: number): string | null {
    const header = readHeader(bytes, at)
    const violation = frameViolation(header, bytes[at] ?? 0, this.sender, this.#messageOpcode)
    if (violation !== null) return violation
    this.#fin = header.fin
    this.#opcode = header.opcode
    this.#mask = header.mask
    this.#length = header.length
    this.#remaining = header.length
    this.#isSplit = header.length > wholeFrameLimit
    this.#fragmentOpcode = header.opcode
    this.#partialCloseCode = 0
    if (header.opcode === opcodes.text || header.opcode === opcodes.binary) this.#messageOpcode = header.opcode
    return null
  }

  #sendFragment(chunk: Buffer, from: number, to: number): void {
    const isLast = this.#remaining === to - from
    const mask = this.#mask === null ? null : rotateMask(this.#mask, this.#length - this.#remaining)
    this.#output.bytes(writeHeader({ fin: isLast && this.#fin, opcode: this.#fragmentOpcode, length: to - from, mask }))
    this.#output.bytes(chunk.subarray(from, to))
    this.#fragmentOpcode = opcodes.continuation
  }

  #consumePayload(chunk: Buffer, from: number, to: number): void {
    if (this.#opcode < opcodes.close) this.#emitPayload(chunk, from, to)
    else if (this.#opcode === opcodes.close) this.#readCloseCode(chunk, from, to)
    this.#remaining -= to - from
  }

  #emitPayload(chunk: Buffer, from: number, to: number): void {
    const offset = this.#length - this.#remaining
    const endOfMessage = this.#fin && this.#remaining === to - from
    this.#output.payload(this.#messageOpcode, chunk.subarray(from, to), this.#mask ?? 0, offset, endOfMessage)
  }

  #readCloseCode(chunk: Buffer, from: number, to: number): void {
    for (let at = from; at < to; at++) {
      const offset = this.#length - this.#remaining + at - from
      if (offset > 1) return
      const maskByte = this.#mask === null ? 0 : (this.#mask >>> (24 - offset * 8)) & 0xff
      this.#partialCloseCode = (this.#partialCloseCode << 8) | ((chunk[at] ?? 0) ^ maskByte)
    }
  }

  #finishFrame(): void {
    this.#isSplit = false
    if (this.#opcode === opcodes.close) this.closeCode = this.#length < 2 ? 1005 : this.#partialCloseCode
    else if (this.#opcode < opcodes.close && this.#fin) this.#messageOpcode = 0
  }
}
