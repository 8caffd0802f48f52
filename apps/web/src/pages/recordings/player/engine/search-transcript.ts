import { type ScreenLine, ScreenLines } from '@rack-gateway/recordings/terminal'
import type { RecordingEvents } from './recording-events.ts'
import { createTimeSlices, piecesOf, type YieldToPage } from './time-slices.ts'
import type { TimedEvent } from './timed-event.ts'

export interface Match {
  /** Milliseconds since the recording began. */
  readonly at: number
  readonly text: string
  readonly kind: 'output' | 'input' | 'marker'
}

export const maxMatches = 500

interface SearchOptions {
  readonly yieldToPage: YieldToPage
  readonly signal: AbortSignal
}

/**
 * Ignores case. Reads the events from the start, because no transcript is kept in memory. Yields one list for each
 * segment; a list can be empty.
 */
export async function* searchTranscript(
  recordingEvents: RecordingEvents,
  query: string,
  { yieldToPage, signal }: SearchOptions,
): AsyncGenerator<readonly Match[]> {
  const transcript = new Transcript()
  const searchText = query.toLowerCase()
  const matching = (lines: readonly Match[]) => lines.filter(({ text }) => text.toLowerCase().includes(searchText))
  const endStep = createTimeSlices(yieldToPage)
  let count = 0
  for (let segment = 0; segment < recordingEvents.segments; segment++) {
    const found: Match[] = []
    // A copy, because the list of the open segment can grow meanwhile.
    for (const event of [...(await recordingEvents.read(segment))]) {
      for (const piece of piecesOf(event)) {
        found.push(...matching(transcript.add(piece)))
        await endStep()
      }
      if (signal.aborted) return
    }
    if (segment === recordingEvents.segments - 1) found.push(...matching(transcript.end()))
    const matches = found.slice(0, maxMatches - count)
    count += matches.length
    yield matches
    if (count === maxMatches) return
  }
}

class Transcript {
  readonly #output = new ScreenLines()
  readonly #input = new ScreenLines()

  add({ at, code, data }: TimedEvent): Match[] {
    if (code === 'o') return this.#output.write(data, at).map(toMatch('output'))
    if (code === 'i') return this.#input.write(data.replace(/\r\n?/g, '\n'), at).map(toMatch('input'))
    if (code !== 'm' && code !== 'x') return []
    return [
      ...this.#output.end().map(toMatch('output')),
      { at, text: code === 'x' ? `exit ${data}` : data, kind: 'marker' },
    ]
  }

  end(): Match[] {
    return [...this.#output.end().map(toMatch('output')), ...this.#input.end().map(toMatch('input'))]
  }
}

function toMatch(kind: Match['kind']) {
  return ({ at, text }: ScreenLine): Match => ({ at, text, kind })
}
