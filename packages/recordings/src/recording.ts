import { type CastHeader, CastWriter } from './cast.ts'
import { ChunkSealer, chunkKey, type DeriveKeys, type OpenChunk } from './chunk.ts'
import { Journal } from './journal.ts'
import type { SecretFinder } from './secret-finder.ts'
import { replaceIn, SecretReplacer } from './secret-replacer.ts'
import { Uploads, type UploadsContext } from './uploads.ts'

/** `strict`: what can't be recorded doesn't happen. `best-effort`: it happens, and what is missing is said. */
export type RecordingMode = 'strict' | 'best-effort'

/** What was not recorded of a session that went on. */
export interface RecordingGap {
  readonly recording: string
  readonly reason: string
  readonly bytes: number
  readonly durationMs: number
}

/** What a recording comes to: whoever has it can prove its chunks. */
export interface RecordingSummary {
  readonly id: string
  readonly chunks: number
  /** Of all chunks as they are stored. */
  readonly bytes: number
  /** The chain's head, hex. */
  readonly head: string
  /** Bytes of the session that are missing; null where only the thread that is gone could have said. */
  readonly lost: number | null
}

/** One session that is being recorded. */
export interface RunningRecording {
  readonly id: string
  attach(session: RecordedSession): void
  /**
   * Takes a piece of what passed, and keeps no reference to it.
   *
   * @param end whether a message ends with it
   */
  take(code: 'o' | 'i', piece: Buffer, end: boolean): void
  /** The rack has said that nothing more comes. */
  sawEnd(): void
  /** The session has ended. @param how in the last marker, where it didn't end by itself */
  finish(how: string): RecordingSummary | Promise<RecordingSummary>
}

/** The session that is recorded, as far as a recording can act on it. */
export interface RecordedSession {
  /** Nothing more is read from either side. */
  hold(): void
  resume(): void
  end(reason: string): void
}

export interface RecordingOptions {
  readonly id: string
  readonly header: CastHeader
  readonly mode: RecordingMode
  readonly input: boolean
  readonly secrets: SecretFinder | null
  readonly deriveKeys: DeriveKeys
  readonly context: UploadsContext
  readonly onGap: (gap: RecordingGap) => void
}

/** What Convox puts before an exit code. The CLI takes it from a frame that holds both. */
const exitMarker = Buffer.from('F1E49A85-0AD7-4AEF-A618-C249C6E6568D:')
const tooSlow = 'the store is too slow'
const longestExit = exitMarker.length + 12
const lineFeed = 0x0a
/** Bytes that are written and sealed together: few enough to stay near the processor, and enough that each call counts for little. */
const together = 32 * 1024

/** One session on its way into the store. Between frames, while nothing comes, it holds neither timer nor buffer. */
export class Recording implements RunningRecording {
  readonly id: string
  /** Resolves when the session has ended. */
  readonly whenOver: Promise<void>
  readonly #options: RecordingOptions
  readonly #sealer: ChunkSealer
  readonly #uploads: Uploads
  readonly #journal: Journal
  readonly #cast = new CastWriter()
  readonly #replacers: { readonly o: SecretReplacer; readonly i: SecretReplacer }
  readonly #startedAt: number
  /** Begun where more has come than is sealed together. */
  #chunk: OpenChunk | null = null
  /** Bytes of the session that are in it. */
  #sealed = 0
  #bytes = 0
  #lost = 0
  #exit: string | null = null
  #timer: NodeJS.Timeout | undefined
  #session: RecordedSession | null = null
  #held = false
  #holding: NodeJS.Timeout | undefined
  #failure: string | null = null
  #gap: { readonly since: number; readonly reason: string; bytes: number } | null = null
  #over = false
  #watchers = 0
  #ended = false
  #tellOver = () => {}

  constructor(options: RecordingOptions) {
    const { id, context, secrets, deriveKeys, header } = options
    this.id = id
    this.whenOver = new Promise((resolve) => {
      this.#tellOver = resolve
    })
    this.#options = options
    this.#sealer = new ChunkSealer(id, deriveKeys)
    this.#uploads = new Uploads(id, context, {
      onStored: () => this.#onStored(),
      onFailed: (waitedFor) => this.#onFailed(waitedFor),
    })
    this.#journal = new Journal(context.limits.chunk)
    this.#replacers = { o: new SecretReplacer(secrets), i: new SecretReplacer(secrets) }
    this.#startedAt = context.elapsed()
    this.#cast.header({ ...header, command: replaceIn(header.command, secrets) })
    this.#cast.event('m', 0, 'started')
  }

  /** Where the first chunk is kept. */
  get firstKey(): string {
    return chunkKey(this.id, 0)
  }

  /** What the recording is: to be stored before anything is recorded. */
  firstChunk(): Buffer {
    return this.#seal(false)
  }

  /** Keeps a chunk until it is stored. */
  store(number: number, chunk: Buffer): void {
    this.#uploads.add(number, chunk)
  }

  attach(session: RecordedSession): void {
    this.#session = session
    if (this.#held) session.hold()
    if (this.#failure !== null && this.#options.mode === 'strict') session.end(this.#failure)
  }

  take(code: 'o' | 'i', piece: Buffer, end: boolean): void {
    if (this.#over) return
    try {
      this.#take(code, piece)
      if (end && code === 'o' && this.#journal.lastByte === lineFeed) this.#readExit()
      // Between messages, for an exit code has to be found in one.
      if (end && this.#journal.size >= together) this.#sealMore()
    } catch (error) {
      this.#fail(`the recording failed: ${error instanceof Error ? error.message : 'unknown'}`)
    }
  }

  /** @returns the function that ends it */
  hasten(): () => void {
    this.#watchers += 1
    if (this.#timer !== undefined) this.#flush()
    let ended = false
    return () => {
      if (!ended) this.#watchers -= 1
      ended = true
    }
  }

  sawEnd(): void {
    this.#ended = true
  }

  finish(how: string): RecordingSummary & { readonly lost: number } {
    this.#over = true
    clearTimeout(this.#timer)
    clearTimeout(this.#holding)
    this.#writeJournal()
    this.#cast.data('o', this.#at(), this.#replacers.o.end())
    this.#cast.data('i', this.#at(), this.#replacers.i.end())
    this.#cast.end(this.#at())
    // It isn't known of a chunk to be the last one when it is begun.
    if (this.#chunk !== null) this.#store(this.#seal(false))
    this.#endGap()
    this.#mark(this.#ended || this.#exit !== null ? 'ended' : how)
    if (this.#exit !== null) this.#cast.event('x', this.#at(), this.#exit)
    this.#store(this.#seal(true))
    this.#journal.release()
    this.#tellOver()
    return {
      id: this.id,
      chunks: this.#sealer.count,
      bytes: this.#bytes,
      head: this.#sealer.head.toString('hex'),
      lost: this.#lost,
    }
  }

  /** Resolves when all of it is stored, or given up because the process ends. */
  stored(): Promise<void> {
    return this.#uploads.done()
  }

  #take(code: 'o' | 'i', piece: Buffer): void {
    if (this.#exit !== null && code === 'o' && piece.length > 0) {
      // What a process prints may look like an end that it isn't.
      this.#writeJournal()
      this.#mark(`exit ${this.#exit}, and more came`)
      this.#exit = null
    }
    let rest: Buffer | null = piece.length > 0 ? piece : null
    while (rest !== null) {
      if (this.#gap !== null) {
        this.#lose(code, rest)
        return
      }
      const room = this.#options.context.limits.chunk - this.#sealed - this.#journal.size
      const taken = this.#journal.append(code, this.#at(), rest.length > room ? rest.subarray(0, room) : rest)
      rest = taken < rest.length ? rest.subarray(taken) : null
      if (taken === room) this.#flush()
      else this.#flushSoon()
    }
  }

  #readExit(): void {
    const tail = this.#journal.tail(longestExit)
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
      this.#cast.data(code, at, this.#replacers[code].replace(bytes))
  }

  /** The newest chunk. */
  #store(chunk: Buffer): void {
    this.#uploads.add(this.#sealer.count - 1, chunk)
  }

  #sealMore(): void {
    this.#sealed += this.#journal.size
    this.#writeJournal()
    this.#chunk = this.#sealText(false)
  }

  #seal(final: boolean): Buffer {
    const chunk = this.#sealText(final).end()
    this.#chunk = null
    this.#sealed = 0
    this.#bytes += chunk.length
    return chunk
  }

  #sealText(final: boolean): OpenChunk {
    const chunk = this.#chunk ?? this.#sealer.begin({ final })
    this.#cast.drain((text) => chunk.add(text))
    return chunk
  }

  get #flushAfter(): number {
    const { flushAfter, flushWatchedAfter } = this.#options.context.limits
    return this.#watchers === 0 ? flushAfter : Math.min(flushAfter, flushWatchedAfter)
  }

  #isFull(): boolean {
    const { limits, totals } = this.#options.context
    const own = this.#uploads.waitingBytes
    return own >= limits.waiting || (totals.waitingBytes >= limits.waitingInAll && own >= limits.reserve)
  }

  #onFull(): void {
    const { mode, context } = this.#options
    if (this.#gap !== null || this.#over) return
    const { hold } = context.limits
    if (mode === 'best-effort' && hold === 0) this.#goOnWithout(tooSlow)
    else if (!this.#held) {
      this.#held = true
      this.#session?.hold()
      if (mode === 'best-effort') this.#holding = setTimeout(() => this.#goOnWithout(tooSlow), hold)
    }
  }

  #letGo(): void {
    clearTimeout(this.#holding)
    if (!this.#held) return
    this.#held = false
    this.#session?.resume()
  }

  #goOnWithout(reason: string): void {
    this.#gap ??= { since: this.#options.context.elapsed(), reason, bytes: 0 }
    this.#letGo()
  }

  /** What is lost goes past the replacer, so that it knows of a secret that was begun. */
  #lose(code: 'o' | 'i', piece: Buffer): void {
    this.#replacers[code].replace(piece)
    this.#lost += piece.length
    if (this.#gap !== null) this.#gap.bytes += piece.length
  }

  #onStored(): void {
    if (this.#uploads.waitingBytes > this.#options.context.limits.waiting / 2 || this.#isFull()) return
    this.#letGo()
    if (!this.#over && this.#failure === null) this.#endGap()
  }

  #endGap(): void {
    const gap = this.#gap
    if (gap === null) return
    this.#gap = null
    if (gap.bytes === 0) return
    // What passed is taken with its own time, which may be before that of a timer.
    const durationMs = Math.max(0, Math.round(this.#options.context.elapsed() - gap.since))
    this.#mark(`gap: ${gap.bytes} bytes in ${durationMs} ms are missing, because ${gap.reason}`)
    this.#options.onGap({ recording: this.id, reason: gap.reason, bytes: gap.bytes, durationMs })
  }

  #onFailed(waitedFor: number): void {
    const { mode, context } = this.#options
    if (mode === 'strict' && !this.#over && waitedFor >= context.limits.patience)
      this.#fail('this session is to be recorded, and its recording can not be stored any more')
  }

  #fail(reason: string): void {
    if (this.#failure !== null) return
    this.#failure = reason
    if (this.#options.mode === 'strict') this.#session?.end(reason)
    else this.#goOnWithout(reason)
  }

  #mark(text: string): void {
    this.#cast.event('m', this.#at(), text)
  }

  #at(): number {
    return Math.round(this.#options.context.elapsed() - this.#startedAt)
  }
}
