import type { Duplex } from 'node:stream'
import { closePayload, opcodes, ownFrame, type Sender } from './frames.ts'
import type { TokenVeil } from './token-veil.ts'
import { FrameTracker, type TrackerOutput } from './tracker.ts'
import type { RelayTap } from './types.ts'

/** A last word: a text, where it fits between messages, with the empty binary frame that ends a Convox stream, then a close frame. */
export interface Farewell {
  readonly code: number
  readonly reason: string
  readonly text: string | null
}

/** Milliseconds that what may be the beginning of a token waits for its rest. */
const patience = 25

/** One direction of a relay: from `source` to `sink`, at the speed of the sink. */
export class Direction implements TrackerOutput {
  readonly tracker: FrameTracker
  /** Bytes that came from the source. */
  received = 0
  readonly #source: Duplex
  readonly #sink: Duplex
  readonly #tap: RelayTap | null
  readonly #veil: TokenVeil | null
  /** What a read gave out and what was kept back before it, oldest first. */
  #parts: Buffer[] = []
  /** Payload that may be the beginning of a token: it is in `#parts`. */
  #open: readonly Buffer[] = []
  #patience: NodeJS.Timeout | undefined
  #farewell: Farewell | null = null
  #saidFarewell = false
  #ping = false
  #held = false

  constructor(sender: Sender, source: Duplex, sink: Duplex, tap: RelayTap | null, veil: TokenVeil | null = null) {
    this.tracker = new FrameTracker(sender, this)
    this.#source = source
    this.#sink = sink
    this.#tap = tap
    this.#veil = veil
    sink.on('drain', () => {
      if (!this.#held) source.resume()
    })
  }

  /** Returns what is wrong with the bytes, or null. */
  read(chunk: Buffer): string | null {
    this.received += chunk.length
    if (this.tracker.stopped) return null
    this.#sink.cork()
    const violation = this.tracker.read(chunk)
    if (this.#veil !== null) this.#release()
    this.#sink.uncork()
    if (this.#sink.writableNeedDrain && !this.tracker.stopped) this.#source.pause()
    return violation
  }

  /** Puts a ping between frames; left out while the sink is behind, for then it isn't idle. */
  ping(): void {
    if (this.#sink.writableNeedDrain) return
    this.#ping = true
    this.#putWhatWaits()
  }

  /** Nothing of the source passes any more, but for the rest of a frame that the farewell has to wait for. */
  end(farewell: Farewell): void {
    this.#farewell ??= farewell
    this.#putWhatWaits()
  }

  /** Reads no more, until `release`. */
  hold(): void {
    if (this.tracker.stopped) return
    this.#held = true
    this.#source.pause()
  }

  release(): void {
    this.#held = false
    if (!this.#sink.writableNeedDrain) this.#source.resume()
  }

  /** Lets the source run dry, so that its end is noticed. */
  stop(): void {
    this.tracker.stopped = true
    this.#held = false
    this.#source.resume()
  }

  bytes(part: Buffer): void {
    if (this.#veil !== null) this.#parts.push(part)
    else if (this.#sink.writable) this.#sink.write(part)
  }

  payload(opcode: number, piece: Buffer, mask: number, offset: number, end: boolean): void {
    // First, for of a token that comes in pieces the veil covers the last one alone.
    this.#tap?.(this.tracker.sender === 'client' ? 'in' : 'out', opcode, piece, mask, offset, end)
    if (this.#veil !== null) this.#open = this.#veil.cover(piece)
  }

  boundary(): void {
    this.tracker.wanted = false
    if (this.#saidFarewell) return
    if (this.#farewell !== null) this.#sayFarewell(this.#farewell)
    else if (this.#ping && this.tracker.closeCode === null) {
      this.bytes(ownFrame(this.tracker.sender, opcodes.ping, Buffer.alloc(0)))
    }
    this.#ping = false
  }

  #sayFarewell({ code, reason, text }: Farewell): void {
    const { sender, closeCode, betweenMessages } = this.tracker
    this.#saidFarewell = true
    if (closeCode === null) {
      if (text !== null && betweenMessages) {
        this.bytes(ownFrame(sender, opcodes.text, Buffer.from(text)))
        this.bytes(ownFrame(sender, opcodes.binary, Buffer.alloc(0)))
      }
      this.bytes(ownFrame(sender, opcodes.close, closePayload(code, reason)))
    }
    this.flush()
    this.#sink.end()
    this.stop()
  }

  /** Sends all parts up to the one that holds the beginning of what may be a token; that one waits a moment for its rest. */
  #release(): void {
    clearTimeout(this.#patience)
    const [first] = this.#open
    const held = first === undefined ? -1 : this.#parts.findIndex((part) => sharesMemory(part, first))
    const free = held === -1 ? this.#parts.splice(0) : this.#parts.splice(0, held)
    if (this.#sink.writable) for (const part of free) this.#sink.write(part)
    if (this.#parts.length === 0) return
    this.#patience = setTimeout(() => this.flush(), patience)
  }

  #putWhatWaits(): void {
    this.tracker.wanted = true
    if (!this.tracker.atBoundary) return
    this.boundary()
    this.flush()
  }

  /** Nothing is kept back any more: before the sink is ended, and when the rest of a token doesn't come. */
  flush(): void {
    if (this.#veil === null) return
    this.#open = []
    this.#veil.forget()
    this.#release()
  }
}

function sharesMemory(part: Buffer, piece: Buffer): boolean {
  const begin = piece.byteOffset - part.byteOffset
  return part.buffer === piece.buffer && begin >= 0 && begin < part.length
}
