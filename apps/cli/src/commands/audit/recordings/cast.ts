import {
  type CastEvent,
  type CastHeader,
  CastLines,
  type CastState,
  parseEvent,
  parseHeader,
  stateIn,
} from '@rack-gateway/recordings/asciicast'
import { GatewayUnreachable, RecordingBroken, RecordingNotWhole } from '../../../errors/errors.ts'
import { failureReason } from '../../../gateway/gateway-request.ts'
import { printable } from '../../../terminal/terminal.ts'

export interface Cast {
  readonly header: CastHeader
  /** Returns the state, which the gateway sends as the last event, with the code `v`. Null if this event is missing. */
  readonly events: AsyncGenerator<CastEvent, CastState | null>
}

/** @throws GatewayUnreachable if the body is not an asciicast. Reading `events` can throw this error, too. */
export async function readCast(body: AsyncIterable<Uint8Array>): Promise<Cast> {
  const lines = readLines(body)
  const first = await lines.next()
  const header = first.done ? null : parseHeader(first.value)
  if (header === null) throw notACast()
  return { header, events: parseEvents(lines) }
}

async function* parseEvents(lines: AsyncGenerator<string>): AsyncGenerator<CastEvent, CastState | null> {
  let state: CastState | null = null
  for await (const line of lines) {
    const event = parseEvent(line)
    if (event === null) throw notACast()
    const newState = stateIn(event)
    if (newState === null) yield event
    else state = newState
  }
  return state
}

async function* readLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const castLines = new CastLines()
  for await (const bytes of body) {
    const lines = castLines.read(bytes)
    if (lines === null) throw notACast()
    yield* lines
  }
}

function notACast(): Error {
  return new GatewayUnreachable('The response is not a recording.', 'Check that this is the address of a Rack Gateway.')
}

export interface CastReader {
  readonly signal: AbortSignal
  readonly note: (line: string) => void
  onEvent(event: CastEvent): Promise<void>
}

/**
 * Reads an asciicast to its end, or until the signal aborts.
 *
 * @throws RecordingBroken if a part is missing or was changed; RecordingNotWhole if the recording is cut or unproven,
 *   or the response ends early; GatewayUnreachable if a line is not an event
 */
export async function forEachEvent(
  { events }: Pick<Cast, 'events'>,
  { signal, note, onEvent }: CastReader,
): Promise<void> {
  const state = await readEvents(events, onEvent, signal)
  if (state === 'open') note('This is the recording so far. The session still runs, or is not closed yet.')
  else if (state === 'cut')
    throw new RecordingNotWhole(
      'The recording is cut, because the gateway process ended before the session.',
      'The part above is proven, and the rest is lost.',
    )
  else if (state === 'unproven')
    throw new RecordingNotWhole(
      'The recording is not proven, because its events are no longer in the audit log.',
      'Verify the recording with the archive of its month: rack-gateway audit verify --recordings … --archive …',
    )
  else if (state === 'broken')
    throw new RecordingBroken(
      'The recording is broken: a part of it is missing or was changed.',
      'Tell the operator of the gateway.',
    )
}

async function readEvents(
  events: Cast['events'],
  onEvent: (event: CastEvent) => Promise<void>,
  signal: AbortSignal,
): Promise<CastState | 'aborted'> {
  for (;;) {
    const step = await events.next().catch((error: unknown) => {
      if (signal.aborted) return null
      if (error instanceof GatewayUnreachable) throw error
      throw incomplete(printable(failureReason(error)))
    })
    if (step === null || signal.aborted) return 'aborted'
    if (step.done) {
      if (step.value === null) throw incomplete('the end is missing')
      return step.value
    }
    await onEvent(step.value)
  }
}

function incomplete(reason: string): Error {
  return new RecordingNotWhole(
    `The recording ended early (${reason}): the next part was changed, or the connection failed.`,
    'Try again. If it fails again, tell the operator of the gateway.',
  )
}
