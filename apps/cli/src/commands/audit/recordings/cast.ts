import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { GatewayUnreachable, RecordingBroken, RecordingNotWhole } from '../../../errors.ts'
import { failure, parsed } from '../../../gateway/gateway-request.ts'
import { printable } from '../../../output/terminal.ts'

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
  /** Seconds since the event before. */
  readonly after: number
  /** `o` output, `i` input, `m` a marker, `x` the exit status. */
  readonly code: string
  readonly data: string
}

/** `open`: nobody has closed it yet. `unproven`: the events that prove it are no longer in the log. */
export type CastState = 'complete' | 'cut' | 'broken' | 'open' | 'unproven'

/** An asciicast as the gateway sends it. */
export interface Cast {
  readonly header: CastHeader
  /** Ends with what it was found to be; null where the transfer broke off before that was said. */
  readonly events: AsyncGenerator<CastEvent, CastState | null>
}

/** Of one event the gateway writes no more than this, escaped. */
const longestLine = 1024 * 1024
const states: ReadonlySet<string> = new Set(['complete', 'cut', 'broken', 'open', 'unproven'])

/** @throws GatewayUnreachable for what is no asciicast */
export async function readCast(body: AsyncIterable<Uint8Array>): Promise<Cast> {
  const lines = linesIn(body)
  const first = await lines.next()
  const header = first.done ? undefined : parsed(first.value)
  if (!Value.Check(Header, header)) throw notACast()
  return { header, events: eventsOf(lines) }
}

async function* eventsOf(lines: AsyncGenerator<string>): AsyncGenerator<CastEvent, CastState | null> {
  let state: CastState | null = null
  for await (const line of lines) {
    const event = parsed(line)
    if (!Value.Check(Line, event)) throw notACast()
    const [after, code, data] = event
    if (code === 'v' && isState(data)) state = data
    else yield { after, code, data }
  }
  return state
}

async function* linesIn(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
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
    if (text.length > longestLine) throw notACast()
  }
}

function isState(text: string): text is CastState {
  return states.has(text)
}

function notACast(): Error {
  return new GatewayUnreachable('The answer is not a recording.', 'Check that this is the address of a Rack Gateway.')
}

/** Reads to the end and hands over each event. @throws RecordingBroken, RecordingNotWhole for what isn't all that was recorded */
export async function eachEvent(
  { events }: Pick<Cast, 'events'>,
  { signal, note, take }: { signal: AbortSignal; note: (line: string) => void; take(event: CastEvent): Promise<void> },
): Promise<void> {
  const state = await takeAll(events, take, signal)
  if (state === 'open') note('this is what is stored so far: it runs, or nobody has closed it yet')
  else if (state === 'cut')
    throw new RecordingNotWhole(
      'the recording is cut: its gateway ended before the session did;',
      'what was shown is proven',
    )
  else if (state === 'unproven')
    throw new RecordingNotWhole(
      'the recording is not proven: the events that say what there was are no longer in the log;',
      'whoever has the archive of their month proves it with rack-gateway audit verify --recordings … --archive …',
    )
  else if (state === 'broken')
    throw new RecordingBroken(
      'the recording is broken: a part of it is missing, or is not what was recorded;',
      'tell whoever runs the gateway',
    )
}

async function takeAll(
  events: Cast['events'],
  take: (event: CastEvent) => Promise<void>,
  signal: AbortSignal,
): Promise<CastState | 'left'> {
  for (;;) {
    const step = await events.next().catch((error: unknown) => {
      if (signal.aborted) return null
      if (error instanceof GatewayUnreachable) throw error
      throw brokenOff(printable(failure(error)))
    })
    if (step === null || signal.aborted) return 'left'
    if (step.done) {
      if (step.value === null) throw brokenOff('its end is missing')
      return step.value
    }
    await take(step.value)
  }
}

function brokenOff(why: string): Error {
  return new RecordingNotWhole(
    `the recording broke off (${why}): its next part is not what was recorded, or the connection failed;`,
    'ask for it again, and if it stays so, tell whoever runs the gateway',
  )
}
