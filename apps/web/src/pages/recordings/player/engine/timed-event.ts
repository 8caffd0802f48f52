import { parseEvent } from '@rack-gateway/recordings/asciicast'

/** An event of an asciicast at its time since the recording began, because the player can start anywhere. */
export interface TimedEvent {
  /** Milliseconds since the recording began. */
  readonly at: number
  readonly code: string
  readonly data: string
}

/** The body of a response is not an asciicast of version 3. */
export class NotACast extends Error {
  constructor() {
    super(
      'The response is not a recording. Reload this page, and tell the operator of the gateway if it happens again.',
    )
    this.name = 'NotACast'
  }
}

/** @param previous the time of the previous event @throws NotACast */
export function parseTimedEvent(line: string, previous: number): TimedEvent {
  const event = parseEvent(line)
  if (event === null) throw new NotACast()
  return { at: previous + Math.round(event.interval * 1_000), code: event.code, data: event.data }
}

/** @throws NotACast */
export function parseTimedEvents(lines: readonly string[], previous: number): TimedEvent[] {
  let last = previous
  return lines.map((line) => {
    const event = parseTimedEvent(line, last)
    last = event.at
    return event
  })
}
