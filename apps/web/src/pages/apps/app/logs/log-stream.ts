import { openRackStream } from '../../../../api/rack-data/client.ts'
import type { RackPath } from '../../../../api/rack-data/rack-path.ts'
import { type LogLine, LogLines } from './log-lines.ts'

export interface LogState {
  readonly lines: readonly LogLine[]
  /** How many older lines are no longer in `lines`. */
  readonly droppedCount: number
  readonly connection: 'opening' | 'open' | 'ended' | 'failed'
  /** Why the stream ended: the text after `ERROR: ` in its last line, or a lost connection; null for other ends. */
  readonly reason: string | null
  /** Whether the connection was lost, so that lines can be missing. */
  readonly isBrokenOff: boolean
  /** Why the stream did not begin. */
  readonly error: Error | null
}

/** The minimum time between two updates for new lines, in milliseconds. */
const minInterval = 100

/** How far back a log begins. */
const firstSince = '10m'

const connectionLost =
  'The log ended, because the connection was lost. Lines can be missing. Resume the log to continue.'

/** A log never starts again by itself, because each start is an audit event. */
export class LogStream {
  readonly #rack: string
  readonly #path: RackPath
  readonly #onFailure: (error: Error) => void
  readonly #log = new LogLines()
  readonly #listeners = new Set<() => void>()
  #state: LogState = {
    lines: [],
    droppedCount: 0,
    connection: 'opening',
    reason: null,
    isBrokenOff: false,
    error: null,
  }
  #controller = new AbortController()
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Milliseconds since the epoch. */
  #lastReadAt: number | null = null

  /** @param onFailure called with the error of a stream that did not begin */
  constructor(rack: string, path: RackPath, onFailure: (error: Error) => void) {
    this.#rack = rack
    this.#path = path
    this.#onFailure = onFailure
  }

  /** For `useSyncExternalStore`. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly state = (): LogState => this.#state

  start(): void {
    this.stop()
    this.#controller = new AbortController()
    void this.#read(this.#controller.signal)
  }

  stop(): void {
    this.#controller.abort()
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  async #read(signal: AbortSignal): Promise<void> {
    this.#change({ connection: 'opening', reason: null, isBrokenOff: false, error: null })
    const headers = { follow: 'true', prefix: 'true', since: this.#since() }
    try {
      const stream = await openRackStream(this.#rack, this.#path, { headers, signal })
      this.#change({ connection: 'open' })
      if (this.#lastReadAt !== null) this.#log.resume()
      const isComplete = await this.#readPieces(stream, signal)
      if (!signal.aborted) this.#end(isComplete)
    } catch (error) {
      if (signal.aborted) return
      const failure = error instanceof Error ? error : new Error(String(error))
      this.#change({ connection: 'failed', error: failure })
      this.#onFailure(failure)
    }
  }

  /** @returns false if the connection was lost before the end of the stream */
  async #readPieces(stream: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<boolean> {
    const decoder = new TextDecoder()
    const reader = stream.getReader()
    for (;;) {
      const piece = await reader.read().catch(() => null)
      if (piece === null) return false
      const { done, value } = piece
      if (done || signal.aborted) return true
      this.#lastReadAt = Date.now()
      const text = decoder.decode(value, { stream: true })
      // While a log is silent, the gateway sends an empty line from time to time.
      if (text === '\n' && this.#log.isAtLineStart) continue
      this.#log.append(text)
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined
        this.#change({})
      }, minInterval)
    }
  }

  #end(isComplete: boolean): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#log.finish()
    const last = this.#log.lines.at(-1)?.text ?? ''
    const reason = /^ERROR: (.+)/.exec(last)?.[1] ?? (isComplete ? null : connectionLost)
    this.#change({ connection: 'ended', reason, isBrokenOff: !isComplete })
  }

  #since(): string {
    return this.#lastReadAt === null ? firstSince : `${Math.ceil((Date.now() - this.#lastReadAt) / 1_000) + 1}s`
  }

  #change(changes: Partial<LogState>): void {
    const { lines, droppedCount } = this.#log
    this.#state = { ...this.#state, lines, droppedCount, ...changes }
    for (const listener of this.#listeners) listener()
  }
}
