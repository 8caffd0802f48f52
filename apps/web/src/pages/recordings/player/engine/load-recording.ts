import { type CastHeader, CastLines, type CastState, parseHeader, stateIn } from '@rack-gateway/recordings/asciicast'
import { NoResponse } from '../../../../api/errors/api-error.ts'
import type { Keyframes } from './keyframes.ts'
import { maxRecordingLength, type RecordingEvents } from './recording-events.ts'
import { createTimeSlices, piecesOf, type YieldToPage } from './time-slices.ts'
import { NotACast, parseTimedEvent, type TimedEvent } from './timed-event.ts'
import { VirtualTerminal } from './virtual-terminal.ts'

/** A note in a recording: lost bytes, the reason of an end, or the exit status. */
export interface Marker {
  /** Milliseconds since the recording began. */
  readonly at: number
  readonly text: string
  /** Whether output is missing at this time, or the rest of the recording is missing or unproven. */
  readonly isGap: boolean
  /** Whether the gateway ended the session, such as for an administrator. Nothing is missing then. */
  readonly isEnd?: true
}

/**
 * The result of the gateway's verification, or `too-long` if the rest of the recording was not loaded. `ends` in
 * `notes.tsx` explains each value.
 */
export type CastEnd = CastState | 'too-long'

export interface LoadOptions {
  readonly body: ReadableStream<Uint8Array>
  readonly recordingEvents: RecordingEvents
  readonly keyframes: Keyframes
  readonly yieldToPage: YieldToPage
  readonly signal: AbortSignal
  readonly onHeader: (header: CastHeader) => void
  readonly onMarker: (marker: Marker) => void
  /** Called after each part that arrived, and at the end. */
  readonly onProgress: () => void
  readonly maxLength?: number
}

/**
 * Reads the next part only after the previous part was processed, so that memory is bounded.
 *
 * @returns the end that the gateway sent, or `too-long`; null if the connection closed before the gateway sent an end,
 *   or if `signal` aborted
 * @throws NotACast if the body is not an asciicast, NoResponse if the connection fails
 */
export async function loadRecording(options: LoadOptions): Promise<CastEnd | null> {
  const { body, signal, yieldToPage, onProgress } = options
  const lines = new CastLines()
  const endStep = createTimeSlices(yieldToPage)
  const reader = body.getReader()
  const stop = () => void reader.cancel().catch(() => undefined)
  signal.addEventListener('abort', stop)
  const recording = new IncomingRecording(options)
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw signal.aborted ? error : new NoResponse()
      })
      if (done || signal.aborted) break
      const complete = lines.read(value)
      if (complete === null) throw new NotACast()
      for (const line of complete) {
        await recording.addLine(line, endStep)
        if (recording.end !== null) return recording.end
        await endStep()
        if (signal.aborted) return null
      }
      onProgress()
    }
    return recording.finish()
  } finally {
    signal.removeEventListener('abort', stop)
    stop()
    onProgress()
  }
}

class IncomingRecording {
  readonly #options: LoadOptions
  #terminal: VirtualTerminal | null = null
  #lastTime = 0
  end: CastEnd | null = null

  constructor(options: LoadOptions) {
    this.#options = options
  }

  async addLine(line: string, endStep: () => Promise<void>): Promise<void> {
    if (this.#terminal === null) {
      const header = parseHeader(line)
      if (header === null) throw new NotACast()
      this.#terminal = new VirtualTerminal(header)
      this.#options.onHeader(header)
      return
    }
    const event = parseTimedEvent(line, this.#lastTime)
    this.#lastTime = event.at
    if (event.code === 'v') this.end = stateIn(event)
    else await this.#addEvent(line, event, this.#terminal, endStep)
  }

  /** @throws NotACast if no line arrived */
  finish(): CastEnd | null {
    if (this.#terminal === null) throw new NotACast()
    return this.end
  }

  async #addEvent(line: string, event: TimedEvent, terminal: VirtualTerminal, endStep: () => Promise<void>) {
    const { recordingEvents, keyframes, onMarker, maxLength = maxRecordingLength } = this.#options
    const beginsSegment = recordingEvents.add(line, event)
    const segment = recordingEvents.segments - 1
    if (beginsSegment && !terminal.hasResized && keyframes.wants(segment))
      keyframes.add({ segment, snapshot: terminal.snapshot() })
    for (const piece of piecesOf(event)) {
      terminal.apply(piece)
      await endStep()
    }
    const marker = toMarker(event)
    if (marker !== null) onMarker(marker)
    if (recordingEvents.length > maxLength) this.end = 'too-long'
  }
}

/** The gateway writes markers such as `gap: 4096 bytes in 20 ms are missing, because …`, `cut: …`, and `broken: …`. */
const gaps = /^(?:gap|cut|broken|unproven): /

function toMarker({ at, code, data }: TimedEvent): Marker | null {
  if (code === 'x') return { at, text: `exit ${data}`, isGap: false }
  if (code !== 'm' || data === 'started') return null
  const [, end] = /^ended by the gateway: (.*)$/s.exec(data) ?? []
  if (end !== undefined) return { at, text: end, isGap: false, isEnd: true }
  return { at, text: data, isGap: gaps.test(data) }
}
