import type { LogRecord } from './export-line.ts'

/** Where an event says that it stands, and how it bounds its stream. */
export interface SaidPlace {
  readonly stream: string
  readonly seq: number
  readonly bound: 'opens' | 'closes' | 'none'
}

/**
 * What stands at the end of every event that the gateway writes, from `seq` on: members in the order of their names, none of them
 * with an object of two levels. Where it fits, it is what JSON.parse would say: the last member of that name, of the outermost object.
 */
const ending =
  /^,"seq":([1-9]\d{0,14})(?:,"service":"(?:[^"\\]|\\.)*")?(?:,"source":\{[^{}]*\})?(?:,"status":-?\d+)?,"stream":"([0-9a-f-]{36})"(?:,"truncated":\[[^\][]*\])?(?:,"upstream":"(?:[^"\\]|\\.)*")?,"v":1\}$/

/** Reads an event's place from its bytes, most times without parsing all of it; null when it says none. */
export function placeIn(record: Pick<LogRecord, 'latin1' | 'line' | 'start' | 'end'>): SaidPlace | null {
  const { latin1 } = record
  const [, seq, stream] = ending.exec(latin1.slice(latin1.lastIndexOf(',"seq":'))) ?? []
  const isPlain = seq !== undefined && seq !== '1' && stream !== undefined && !mayBound(latin1)
  return isPlain ? { stream, seq: Number(seq), bound: 'none' } : parsedPlace(record)
}

/** Whether its kind may be `stream.opened` or `stream.closed`, however that is written. A text is found quickest by a character that is rare. */
function mayBound(latin1: string): boolean {
  return latin1.includes('.opened"') || latin1.includes('.closed"') || latin1.includes('\\')
}

function parsedPlace(record: Pick<LogRecord, 'line' | 'start' | 'end'>): SaidPlace | null {
  return placeOf(membersOf(record) ?? {})
}

/** The place that an event's members say. */
export function placeOf({ stream, seq, kind }: Readonly<Record<string, unknown>>): SaidPlace | null {
  if (typeof stream !== 'string' || typeof seq !== 'number') return null
  return { stream, seq, bound: kind === 'stream.opened' ? 'opens' : kind === 'stream.closed' ? 'closes' : 'none' }
}

/** Without copying it, since each event of a log passes here. */
export function isMembers(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The event's members; null when it isn't an object. */
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
