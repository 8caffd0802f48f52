/**
 * The lines of an asciicast. This module does not use Node, so that a browser can load it. It checks every type and
 * bound by hand, because a schema library would enlarge the page, and because a response can be from something else
 * than a gateway.
 *
 * @see https://docs.asciinema.org/manual/asciicast/v3/
 */

/** The first line of an asciicast. */
export interface CastHeader {
  readonly cols: number
  readonly rows: number
  /** Milliseconds since the epoch. A file has whole seconds. */
  readonly startedAt: number
  /** Empty if the file has none. */
  readonly command: string
  /** Empty if the file has none. */
  readonly title: string
}

export interface CastEvent {
  /** Seconds since the previous event. */
  readonly interval: number
  /**
   * `o` output, `i` input, `b` the bytes of the previous event in base64, `m` a marker, `x` the exit status, `r` a new
   * size, `v` the state, which the gateway sends as the last event. Readers ignore any other code.
   */
  readonly code: string
  readonly data: string
}

/**
 * `cut`: the gateway process ended before the session. `broken`: a part is missing or was changed. `open`: the
 * recording is not closed yet. `unproven`: the events that prove the recording are no longer in the log.
 */
export type CastState = (typeof states)[number]

const states = ['complete', 'cut', 'broken', 'open', 'unproven'] as const

/** In characters. Each line that the gateway writes is shorter, including its escapes. */
const maxLineLength = 1024 * 1024
/** In seconds, about 32 years. */
const maxInterval = 1_000_000_000
/** In seconds: the last time of a JavaScript date. */
const maxTimestamp = 8_640_000_000_000

/** Splits a body into lines. Drops empty lines, which are heartbeats. */
export class CastLines {
  readonly #decoder = new TextDecoder()
  #rest = ''

  /** @returns the lines that these bytes complete; null if a line is too long */
  read(bytes: Uint8Array): string[] | null {
    const lines = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split('\n')
    if (lines.some((line) => line.length > maxLineLength)) return null
    this.#rest = lines.pop() ?? ''
    return lines.filter((line) => line !== '')
  }
}

/** @returns null if the line is not a header of version 3 */
export function parseHeader(line: string): CastHeader | null {
  const header = parseJson(line)
  if (!isObject(header) || header.version !== 3 || !isObject(header.term)) return null
  const { timestamp, command = '', title = '' } = header
  const { cols, rows } = header.term
  if (!isInteger(cols, 1) || !isInteger(rows, 1) || !isInteger(timestamp, 0, maxTimestamp)) return null
  if (typeof command !== 'string' || typeof title !== 'string') return null
  return { cols, rows, startedAt: timestamp * 1_000, command, title }
}

/** @returns null if the line is not an event */
export function parseEvent(line: string): CastEvent | null {
  const event = parseJson(line)
  if (!Array.isArray(event) || event.length !== 3) return null
  const [interval, code, data]: unknown[] = event
  if (typeof interval !== 'number' || !(interval >= 0 && interval <= maxInterval)) return null
  return typeof code === 'string' && typeof data === 'string' ? { interval, code, data } : null
}

/** @returns the state in an event `v`; null for any other event */
export function stateIn({ code, data }: Pick<CastEvent, 'code' | 'data'>): CastState | null {
  return code === 'v' ? (states.find((state) => state === data) ?? null) : null
}

export function formatHeader({ cols, rows, startedAt, command, title }: CastHeader): string {
  const timestamp = Math.floor(startedAt / 1_000)
  return `${JSON.stringify({ version: 3, term: { cols, rows }, timestamp, command, title })}\n`
}

/** @param interval seconds since the previous event */
export function formatEvent(code: 'm' | 'x' | 'v', data: string, interval = 0): string {
  return `${JSON.stringify([interval, code, data])}\n`
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isInteger(value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): value is number {
  return Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most
}
