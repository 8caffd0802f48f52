import type { Duplex } from 'node:stream'
import { FrameTracker, type TrackerOutput } from './frame-tracker.ts'
import { closePayload, createFrame, opcodes, type Sender } from './frames.ts'
import { countRead, waitForReadTurn } from './read-turns.ts'
import type { TokenRedactor } from './token-redactor.ts'
import type { PayloadListener } from './types.ts'

/**
 * Ends a websocket with a text message, the empty binary frame with which Convox ends a session, and a close frame.
 * Within a message, or if `text` is null, only the close frame is sent.
 */
export interface CloseNotice {
  readonly code: number
  readonly reason: string
  readonly text: string | null
}

/** Milliseconds to wait for the rest of a possible token. */
const partialTokenTimeout = 25

/** One direction of a relay: from `source` to `sink`, at the speed of the sink. */
export class Direction implements TrackerOutput {
  readonly tracker: FrameTracker
  /** Bytes. */
  received = 0
  readonly #source: Duplex
  readonly #sink: Duplex
  readonly #onPayload: PayloadListener | null
  readonly #redactor: TokenRedactor | null
  /** Bytes that are not sent yet, oldest first. */
  #unsent: Buffer[] = []
  /** The possible beginning of a token; it is also in `#unsent`. */
  #partialToken: readonly Buffer[] = []
  #flushTimer: NodeJS.Timeout | undefined
  #notice: CloseNotice | null = null
  #noticeSent = false
  #pingRequested = false
  /** A message that waits for the end of a message in progress. */
  #notification: string | null = null
  #paused = false
  #isHeld = false
  /** Whether the direction waits for its turn, because the reads of all relays took long. */
  #isResting = false

  constructor(
    sender: Sender,
    source: Duplex,
    sink: Duplex,
    onPayload: PayloadListener | null,
    redactor: TokenRedactor | null = null,
  ) {
    this.tracker = new FrameTracker(sender, this)
    this.#source = source
    this.#sink = sink
    this.#onPayload = onPayload
    this.#redactor = redactor
    sink.on('drain', () => {
      this.#resumeSource()
    })
  }

  /** Returns a protocol violation, or null. */
  read(chunk: Buffer): string | null {
    this.received += chunk.length
    if (this.tracker.stopped) return null
    const began = performance.now()
    this.#sink.cork()
    const violation = this.tracker.read(chunk)
    if (this.#redactor !== null) this.#sendSafeParts()
    this.#sink.uncork()
    if (this.#sink.writableNeedDrain && !this.tracker.stopped) this.#source.pause()
    if (countRead(began, performance.now())) this.#rest()
    return violation
  }

  /** Inserts a ping between frames. While the sink has unsent bytes, the connection is not idle, and needs no ping. */
  ping(): void {
    if (this.#sink.writableNeedDrain) return
    this.#pingRequested = true
    this.#insertPending()
  }

  /**
   * Inserts a text message between messages. A message in progress delays it, and a second one replaces it meanwhile.
   *
   * @returns false if the sink has unsent bytes or the direction ends; then nothing is sent
   */
  notify(text: string): boolean {
    if (this.#sink.writableNeedDrain || this.#notice !== null || this.tracker.closeCode !== null) return false
    this.#notification = text
    this.#insertPending()
    return true
  }

  /** Stops forwarding, except for the rest of a frame that must end before the close notice. */
  end(notice: CloseNotice): void {
    this.#notice ??= notice
    this.#insertPending()
  }

  pause(): void {
    if (this.tracker.stopped) return
    this.#paused = true
    this.#source.pause()
  }

  resume(): void {
    this.#paused = false
    this.#resumeSource()
  }

  /** As `pause`, for the relay itself: `resume` does not end it. */
  hold(): void {
    this.#isHeld = true
    this.#source.pause()
  }

  release(): void {
    this.#isHeld = false
    this.#resumeSource()
  }

  /** Discards further bytes of the source, so that the end of the source is noticed. */
  stop(): void {
    this.tracker.stopped = true
    this.#paused = false
    this.#source.resume()
  }

  bytes(part: Buffer): void {
    if (this.#redactor !== null) this.#unsent.push(part)
    else if (this.#sink.writable) this.#sink.write(part)
  }

  payload(opcode: number, piece: Buffer, mask: number, offset: number, endOfMessage: boolean): void {
    // The listener runs first. Otherwise, it would get the first pieces of a split token unchanged, but the last piece
    // redacted.
    this.#onPayload?.(this.tracker.sender === 'client' ? 'in' : 'out', opcode, piece, mask, offset, endOfMessage)
    if (this.#redactor !== null) this.#partialToken = this.#redactor.redact(piece)
  }

  boundary(): void {
    this.tracker.boundaryRequested = false
    if (this.#noticeSent) return
    if (this.#notice !== null) this.#sendNotice(this.#notice)
    else if (this.tracker.closeCode === null) {
      if (this.#pingRequested) this.bytes(createFrame(this.tracker.sender, opcodes.ping, Buffer.alloc(0)))
      this.#sendNotification()
    }
    this.#pingRequested = false
  }

  #sendNotification(): void {
    if (this.#notification === null) return
    if (!this.tracker.isBetweenMessages) {
      this.tracker.boundaryRequested = true
      return
    }
    this.bytes(createFrame(this.tracker.sender, opcodes.text, Buffer.from(this.#notification)))
    this.#notification = null
  }

  #sendNotice({ code, reason, text }: CloseNotice): void {
    const { sender, closeCode, isBetweenMessages } = this.tracker
    this.#noticeSent = true
    if (closeCode === null) {
      if (text !== null && isBetweenMessages) {
        this.bytes(createFrame(sender, opcodes.text, Buffer.from(text)))
        this.bytes(createFrame(sender, opcodes.binary, Buffer.alloc(0)))
      }
      this.bytes(createFrame(sender, opcodes.close, closePayload(code, reason)))
    }
    this.flush()
    this.#sink.end()
    this.stop()
  }

  /** Thousands of tiny frames and many relays at full speed take long. Other connections must get their turns. */
  #rest(): void {
    if (this.tracker.stopped || this.#isResting) return
    this.#isResting = true
    this.#source.pause()
    waitForReadTurn(() => {
      this.#isResting = false
      this.#resumeSource()
    })
  }

  #resumeSource(): void {
    if (this.tracker.stopped) this.#source.resume()
    else if (!this.#paused && !this.#isHeld && !this.#isResting && !this.#sink.writableNeedDrain) this.#source.resume()
  }

  /** Sends all bytes before a possible beginning of the token, and the rest after `partialTokenTimeout`. */
  #sendSafeParts(): void {
    clearTimeout(this.#flushTimer)
    const [first] = this.#partialToken
    const firstHeldBack = first === undefined ? -1 : this.#unsent.findIndex((part) => sharesMemory(part, first))
    const sendable = firstHeldBack === -1 ? this.#unsent.splice(0) : this.#unsent.splice(0, firstHeldBack)
    if (this.#sink.writable) for (const part of sendable) this.#sink.write(part)
    if (this.#unsent.length === 0) return
    this.#flushTimer = setTimeout(() => this.flush(), partialTokenTimeout)
  }

  #insertPending(): void {
    this.tracker.boundaryRequested = true
    if (!this.tracker.isAtBoundary) return
    this.boundary()
    this.flush()
  }

  /** Sends everything: before the sink ends, or when the rest of a possible token does not arrive. */
  flush(): void {
    if (this.#redactor === null) return
    this.#partialToken = []
    this.#redactor.reset()
    this.#sendSafeParts()
  }
}

function sharesMemory(part: Buffer, piece: Buffer): boolean {
  const begin = piece.byteOffset - part.byteOffset
  return part.buffer === piece.buffer && begin >= 0 && begin < part.length
}
