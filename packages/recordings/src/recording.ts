import type { CastHeader } from './asciicast.ts'
import { CastWriter } from './cast-writer.ts'
import { ChunkSealer, type ChunkWriter, chunkKey, type DeriveKeys } from './chunk.ts'
import { Journal } from './journal.ts'
import type { SecretFinder } from './secret-finder.ts'
import { redactSecrets, SecretRedactor } from './secret-redactor.ts'
import { type UploadContext, UploadQueue } from './upload-queue.ts'

/** `strict`: a session that cannot be recorded is ended. `best-effort`: the session continues with a gap. */
export type RecordingMode = 'strict' | 'best-effort'

/** A part of a session that was not recorded. */
export interface RecordingGap {
  readonly recording: string
  readonly reason: string
  readonly bytes: number
  readonly durationMs: number
}

/** The result of a recording. The audit log stores it, so that the chunks can be verified. */
export interface RecordingSummary {
  readonly id: string
  readonly chunks: number
  /** Size of all chunks, encrypted. */
  readonly bytes: number
  /** Head of the hash chain, in hex. */
  readonly head: string
  /** Session bytes that are missing. */
  readonly lost: number
}

/** Callbacks through which a recording pauses, resumes, or ends its session. */
export interface RecordedSession {
  /** Pauses reading from both sides. */
  pause(): void
  resume(): void
  end(reason: string): void
}

export interface RecordingOptions {
  readonly id: string
  readonly header: CastHeader
  readonly mode: RecordingMode
  readonly secrets: SecretFinder | null
  readonly deriveKeys: DeriveKeys
  readonly context: UploadContext
  readonly onGap: (gap: RecordingGap) => void
}

/** Convox sends this marker before the exit code, in the same message. */
const exitMarker = Buffer.from('F1E49A85-0AD7-4AEF-A618-C249C6E6568D:')
const storeTooSlow = 'the store is too slow'
const maxExitBytes = exitMarker.length + 12
const lineFeed = 0x0a
/**
 * Session bytes that are encrypted together: few enough for the processor's cache, and enough that the cost of each call
 * does not matter.
 */
const sealBytes = 32 * 1024

/** Records one session. After an idle session was flushed, its recording holds no timer and no buffer. */
export class Recording {
  readonly id: string
  /** Resolves when `finish` was called. */
  readonly ended: Promise<void>
  readonly #options: RecordingOptions
  readonly #sealer: ChunkSealer
  readonly #uploads: UploadQueue
  readonly #journal: Journal
  readonly #cast = new CastWriter()
  readonly #redactors: { readonly o: SecretRedactor; readonly i: SecretRedactor }
  readonly #startedAt: number
  /** The chunk in progress; null until `sealBytes` bytes have arrived. */
  #chunk: ChunkWriter | null = null
  /** Session bytes in `#chunk`. */
  #sealedBytes = 0
  #bytes = 0
  #lost = 0
  #exit: string | null = null
  #timer: NodeJS.Timeout | undefined
  #session: RecordedSession | null = null
  #isPaused = false
  #pauseTimer: NodeJS.Timeout | undefined
  #failure: string | null = null
  #gap: { readonly since: number; readonly reason: string; bytes: number } | null = null
  #isFinished = false
  #followers = 0
  #hasRackEnded = false
  #resolveEnded = () => {}

  constructor(options: RecordingOptions) {
    const { id, context, secrets, deriveKeys, header } = options
    this.id = id
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve
    })
    this.#options = options
    this.#sealer = new ChunkSealer(id, deriveKeys)
    this.#uploads = new UploadQueue(id, context, {
      onStored: () => this.#onStored(),
      onFailed: (waitedFor) => this.#onFailed(waitedFor),
    })
    this.#journal = new Journal(context.limits.chunkBytes)
    this.#redactors = { o: new SecretRedactor(secrets), i: new SecretRedactor(secrets) }
    this.#startedAt = context.elapsed()
    this.#cast.header({ ...header, command: redactSecrets(header.command, secrets) })
    this.#cast.event('m', 0, 'started')
  }

  get firstKey(): string {
    return chunkKey(this.id, 0)
  }

  /** The first chunk has the header. A strict session waits until this chunk is stored. */
  firstChunk(): Buffer {
    return this.#seal(false)
  }

  store(number: number, chunk: Buffer): void {
    this.#uploads.add(number, chunk)
  }

  attach(session: RecordedSession): void {
    this.#session = session
    if (this.#isPaused) session.pause()
    if (this.#failure !== null && this.#options.mode === 'strict') session.end(this.#failure)
  }

  /** Does not keep `piece`. @param end whether the message ends with this piece */
  write(code: 'o' | 'i', piece: Buffer, end: boolean): void {
    if (this.#isFinished) return
    try {
      this.#write(code, piece)
      if (end && code === 'o' && this.#journal.lastByte === lineFeed) this.#readExit()
      // Only at the end of a message, because `#readExit` reads the exit code from the journal.
      if (end && this.#journal.size >= sealBytes) this.#sealJournal()
    } catch (error) {
      this.#fail(`the recording failed: ${error instanceof Error ? error.message : 'unknown error'}`)
    }
  }

  /**
   * Stores received bytes now, and then more often while someone follows the recording.
   *
   * @returns a function to stop following
   */
  follow(): () => void {
    this.#followers += 1
    if (this.#timer !== undefined) this.#flush()
    let ended = false
    return () => {
      if (!ended) this.#followers -= 1
      ended = true
    }
  }

  /** The rack signaled the end of the session. */
  onRackEnd(): void {
    this.#hasRackEnded = true
  }

  /** @param lastMarker the text of the last marker; not used if the rack ended the session or sent an exit code */
  finish(lastMarker: string): RecordingSummary {
    this.#isFinished = true
    clearTimeout(this.#timer)
    clearTimeout(this.#pauseTimer)
    this.#writeJournal()
    this.#cast.data('o', this.#elapsed(), this.#redactors.o.end())
    this.#cast.data('i', this.#elapsed(), this.#redactors.i.end())
    this.#cast.end(this.#elapsed())
    // A chunk in progress was begun as not final, so another chunk must be the final one.
    if (this.#chunk !== null) this.#store(this.#seal(false))
    this.#endGap()
    this.#writeMarker(this.#hasRackEnded || this.#exit !== null ? 'ended' : lastMarker)
    if (this.#exit !== null) this.#cast.event('x', this.#elapsed(), this.#exit)
    this.#store(this.#seal(true))
    this.#journal.release()
    this.#resolveEnded()
    return {
      id: this.id,
      chunks: this.#sealer.count,
      bytes: this.#bytes,
      head: this.#sealer.head.toString('hex'),
      lost: this.#lost,
    }
  }

  /** Resolves when all chunks are stored, or the process stops. */
  stored(): Promise<void> {
    return this.#uploads.done()
  }

  #write(code: 'o' | 'i', piece: Buffer): void {
    if (this.#exit !== null && code === 'o' && piece.length > 0) {
      // A process can print text that looks like the exit marker.
      this.#writeJournal()
      this.#writeMarker(`exit code ${this.#exit} was printed, but more output followed`)
      this.#exit = null
    }
    let rest: Buffer | null = piece.length > 0 ? piece : null
    while (rest !== null) {
      if (this.#gap !== null) {
        this.#countLost(code, rest)
        return
      }
      const room = this.#options.context.limits.chunkBytes - this.#sealedBytes - this.#journal.size
      const copied = this.#journal.append(code, this.#elapsed(), rest.length > room ? rest.subarray(0, room) : rest)
      rest = copied < rest.length ? rest.subarray(copied) : null
      if (copied === room) this.#flush()
      else this.#flushSoon()
    }
  }

  #readExit(): void {
    const tail = this.#journal.tail(maxExitBytes)
    const at = tail.lastIndexOf(exitMarker)
    if (at === -1) return
    const code = tail.toString('latin1', at + exitMarker.length, tail.length - 1)
    if (!/^\d{1,10}$/.test(code)) return
    this.#journal.dropTail(tail.length - at)
    this.#exit = code
    this.#flushSoon()
  }

  #flushSoon(): void {
    this.#timer ??= setTimeout(() => this.#flush(), this.#flushAfter).unref()
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#writeJournal()
    this.#journal.release()
    if (this.#cast.size > 0 || this.#chunk !== null) this.#store(this.#seal(false))
    if (this.#isFull()) this.#onFull()
  }

  #writeJournal(): void {
    for (const { code, at, bytes } of this.#journal.take())
      this.#cast.data(code, at, this.#redactors[code].redact(bytes))
  }

  /** Queues the newest chunk. */
  #store(chunk: Buffer): void {
    this.#uploads.add(this.#sealer.count - 1, chunk)
  }

  #sealJournal(): void {
    this.#sealedBytes += this.#journal.size
    this.#writeJournal()
    this.#chunk = this.#sealText(false)
  }

  #seal(final: boolean): Buffer {
    const chunk = this.#sealText(final).end()
    this.#chunk = null
    this.#sealedBytes = 0
    this.#bytes += chunk.length
    return chunk
  }

  #sealText(final: boolean): ChunkWriter {
    const chunk = this.#chunk ?? this.#sealer.begin({ final })
    this.#cast.drain((text) => chunk.add(text))
    return chunk
  }

  get #flushAfter(): number {
    const { flushAfter, flushFollowedAfter } = this.#options.context.limits
    return this.#followers === 0 ? flushAfter : Math.min(flushAfter, flushFollowedAfter)
  }

  #isFull(): boolean {
    const { limits, totals } = this.#options.context
    const { waitingBytes } = this.#uploads
    return (
      waitingBytes >= limits.queueBytes ||
      (totals.waitingBytes >= limits.totalQueueBytes && waitingBytes >= limits.guaranteedQueueBytes)
    )
  }

  #onFull(): void {
    const { mode, context } = this.#options
    if (this.#gap !== null || this.#isFinished) return
    const { maxHold } = context.limits
    if (mode === 'best-effort' && maxHold === 0) this.#beginGap(storeTooSlow)
    else if (!this.#isPaused) {
      this.#isPaused = true
      this.#session?.pause()
      if (mode === 'best-effort') this.#pauseTimer = setTimeout(() => this.#beginGap(storeTooSlow), maxHold)
    }
  }

  #resumeSession(): void {
    clearTimeout(this.#pauseTimer)
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#session?.resume()
  }

  #beginGap(reason: string): void {
    this.#gap ??= { since: this.#options.context.elapsed(), reason, bytes: 0 }
    this.#resumeSession()
  }

  /** Lost bytes still pass the redactor, so that it recognizes a secret that continues after the gap. */
  #countLost(code: 'o' | 'i', piece: Buffer): void {
    this.#redactors[code].redact(piece)
    this.#lost += piece.length
    if (this.#gap !== null) this.#gap.bytes += piece.length
  }

  #onStored(): void {
    if (this.#uploads.waitingBytes > this.#options.context.limits.queueBytes / 2 || this.#isFull()) return
    this.#resumeSession()
    if (!this.#isFinished && this.#failure === null) this.#endGap()
  }

  #endGap(): void {
    const gap = this.#gap
    if (gap === null) return
    this.#gap = null
    if (gap.bytes === 0) return
    const durationMs = Math.round(this.#options.context.elapsed() - gap.since)
    this.#writeMarker(`gap: ${gap.bytes} bytes in ${durationMs} ms are missing, because ${gap.reason}`)
    this.#options.onGap({ recording: this.id, reason: gap.reason, bytes: gap.bytes, durationMs })
  }

  #onFailed(waitedFor: number): void {
    const { mode, context } = this.#options
    if (mode === 'strict' && !this.#isFinished && waitedFor >= context.limits.strictTimeout)
      this.#fail('This session must be recorded, but its recording cannot be stored.')
  }

  #fail(reason: string): void {
    if (this.#failure !== null) return
    this.#failure = reason
    if (this.#options.mode === 'strict') this.#session?.end(reason)
    else this.#beginGap(reason)
  }

  #writeMarker(text: string): void {
    this.#cast.event('m', this.#elapsed(), text)
  }

  #elapsed(): number {
    return Math.round(this.#options.context.elapsed() - this.#startedAt)
  }
}
