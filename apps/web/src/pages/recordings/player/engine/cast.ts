/** The first line of an asciicast. */
export interface CastHeader {
  readonly cols: number
  readonly rows: number
}

export interface CastEvent {
  /** Milliseconds since the recording began. */
  readonly at: number
  /** `o` output, `i` input, `m` a marker, `x` the exit status, `r` a new size, `v` the result of the verification. */
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

/** The maximum number of characters in a line. The gateway never writes a longer line, including escapes. */
const maxLineLength = 1024 * 1024

/** The maximum number of seconds between two events. */
const maxPause = 1_000_000_000

/** Splits the body into lines. Drops empty lines, which are heartbeats. */
export class LineReader {
  readonly #decoder = new TextDecoder()
  #rest = ''

  /** @throws NotACast if the incomplete line is too long */
  read(bytes: Uint8Array): string[] {
    const lines = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split('\n')
    this.#rest = lines.pop() ?? ''
    if (this.#rest.length > maxLineLength) throw new NotACast()
    return lines.filter((line) => line !== '')
  }
}

/** @throws NotACast */
export function parseHeader(line: string): CastHeader {
  const header = parseJson(line)
  const term = isObject(header) && header.version === 3 ? header.term : null
  if (!isObject(term)) throw new NotACast()
  const { cols, rows } = term
  if (!isCount(cols) || !isCount(rows)) throw new NotACast()
  return { cols, rows }
}

/** @param previous the time of the previous event @throws NotACast */
export function parseEvent(line: string, previous: number): CastEvent {
  return toEvent(parseJson(line), previous)
}

/** @param lines lines that `parseEvent` accepted */
export function parseEvents(lines: string, previous: number): CastEvent[] {
  let last = previous
  const events: unknown[] = JSON.parse(`[${lines.replaceAll('\n', ',')}]`)
  return events.map((value) => {
    const event = toEvent(value, last)
    last = event.at
    return event
  })
}

function toEvent(value: unknown, previous: number): CastEvent {
  if (!Array.isArray(value)) throw new NotACast()
  const [after, code, data] = value
  if (
    typeof after !== 'number' ||
    !(after >= 0 && after <= maxPause) ||
    typeof code !== 'string' ||
    typeof data !== 'string'
  )
    throw new NotACast()
  return { at: previous + Math.round(after * 1_000), code, data }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw new NotACast()
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1
}
