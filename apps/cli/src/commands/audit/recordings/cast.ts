import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { GatewayUnreachable, RecordingBroken, RecordingNotWhole } from '../../../errors/errors.ts'
import { failureReason, parseJson } from '../../../gateway/gateway-request.ts'
import { printable } from '../../../terminal/terminal.ts'

const Header = Type.Object({
  version: Type.Literal(3),
  term: Type.Object({ cols: Type.Integer({ minimum: 1 }), rows: Type.Integer({ minimum: 1 }) }),
  timestamp: Type.Integer({ minimum: 0, maximum: 8_640_000_000_000 }),
  command: Type.Optional(Type.String()),
  title: Type.Optional(Type.String()),
})
export type CastHeader = Static<typeof Header>

const Line = Type.Tuple([Type.Number({ minimum: 0 }), Type.String(), Type.String()])

export interface CastEvent {
  /** Seconds since the previous event. */
  readonly interval: number
  /** `o` output, `i` input, `b` the bytes of the previous event in base64, `m` a marker, `x` the exit status. */
  readonly code: string
  readonly data: string
}

/**
 * `cut`: the gateway process ended before the session. `broken`: a part is missing or was changed. `open`: the
 * recording is not closed yet. `unproven`: the events that prove the recording are no longer in the log.
 */
export type CastState = 'complete' | 'cut' | 'broken' | 'open' | 'unproven'

export interface Cast {
  readonly header: CastHeader
  /** Returns the state, which the gateway sends as the last event, with the code `v`. Null if this event is missing. */
  readonly events: AsyncGenerator<CastEvent, CastState | null>
}

/** In characters. Each event that the gateway writes is shorter, including its escapes. */
const maxLineLength = 1024 * 1024
const states: ReadonlySet<string> = new Set(['complete', 'cut', 'broken', 'open', 'unproven'])

/** @throws GatewayUnreachable if the body is not an asciicast. Reading `events` can throw this error, too. */
export async function readCast(body: AsyncIterable<Uint8Array>): Promise<Cast> {
  const lines = readLines(body)
  const first = await lines.next()
  const header = first.done ? undefined : parseJson(first.value)
  if (!Value.Check(Header, header)) throw notACast()
  return { header, events: parseEvents(lines) }
}

async function* parseEvents(lines: AsyncGenerator<string>): AsyncGenerator<CastEvent, CastState | null> {
  let state: CastState | null = null
  for await (const line of lines) {
    const event = parseJson(line)
    if (!Value.Check(Line, event)) throw notACast()
    const [interval, code, data] = event
    if (code === 'v' && isState(data)) state = data
    else yield { interval, code, data }
  }
  return state
}

async function* readLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const bytes of body) {
    text += decoder.decode(bytes, { stream: true })
    let from = 0
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      if (end > from) yield text.slice(from, end)
      from = end + 1
    }
    text = text.slice(from)
    if (text.length > maxLineLength) throw notACast()
  }
}

function isState(text: string): text is CastState {
  return states.has(text)
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
