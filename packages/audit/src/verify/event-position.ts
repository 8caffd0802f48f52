import type { LogRecord } from './export-line.ts'

/** The position that an event states, and whether it opens or closes its stream. */
export interface StatedPosition {
  readonly stream: string
  readonly seq: number
  readonly bound: 'opens' | 'closes' | 'none'
}

/**
 * Matches the end of every event that the gateway writes: the members from `seq` on, in order of names. None of these
 * members contains an object within an object. If the pattern matches, JSON.parse would give the same result.
 */
const ending =
  /^,"seq":([1-9]\d{0,14})(?:,"service":"(?:[^"\\]|\\.)*")?(?:,"source":\{[^{}]*\})?(?:,"status":-?\d+)?,"stream":"([0-9a-f-]{36})"(?:,"truncated":\[[^\][]*\])?(?:,"upstream":"(?:[^"\\]|\\.)*")?,"v":1\}$/

/** Reads the position of an event, mostly without parsing it. @returns null if the event states none */
export function readPosition(record: Pick<LogRecord, 'latin1' | 'line' | 'start' | 'end'>): StatedPosition | null {
  const { latin1 } = record
  const [, seq, stream] = ending.exec(latin1.slice(latin1.lastIndexOf(',"seq":'))) ?? []
  const isPlain = seq !== undefined && seq !== '1' && stream !== undefined && !mayOpenOrClose(latin1)
  return isPlain ? { stream, seq: Number(seq), bound: 'none' } : parsePosition(record)
}

/** Whether the event's kind may be `stream.opened` or `stream.closed`. A backslash can hide these texts. */
function mayOpenOrClose(latin1: string): boolean {
  return latin1.includes('.opened"') || latin1.includes('.closed"') || latin1.includes('\\')
}

function parsePosition(record: Pick<LogRecord, 'line' | 'start' | 'end'>): StatedPosition | null {
  return positionOf(membersOf(record) ?? {})
}

export function positionOf({ stream, seq, kind }: Readonly<Record<string, unknown>>): StatedPosition | null {
  if (typeof stream !== 'string' || typeof seq !== 'number') return null
  return { stream, seq, bound: kind === 'stream.opened' ? 'opens' : kind === 'stream.closed' ? 'closes' : 'none' }
}

export function isMembers(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The event's members; null if it is not an object. */
export function membersOf({
  line,
  start,
  end,
}: Pick<LogRecord, 'line' | 'start' | 'end'>): Readonly<Record<string, unknown>> | null {
  try {
    const event: unknown = JSON.parse(line.toString('utf8', start, end))
    return isMembers(event) ? event : null
  } catch {
    return null
  }
}
