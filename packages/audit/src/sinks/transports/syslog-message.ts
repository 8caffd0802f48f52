import type { AuditEvent } from '../../event.ts'
import { severityOf } from '../severity.ts'
import type { SinkEvent } from '../sink-event.ts'

export interface SyslogMessageOptions {
  readonly host: string
  /** Bytes of a message at most. */
  readonly limit: number
}

/** Log audit. */
const facility = 13
const severities = { warning: 4, notice: 5, info: 6 } as const
/** RFC 5612 keeps this number for examples: no other product's names can be meant. */
const sdId = 'event@32473'

/**
 * One event as a syslog message: what it is found by as structured data, and its canonical form as the text. What would be longer
 * than the limit has a text that says only where the event is.
 *
 * @see RFC 5424, section 6
 */
export function syslogMessage(recorded: SinkEvent, { host, limit }: SyslogMessageOptions): Buffer {
  const event: AuditEvent = JSON.parse(recorded.canonical)
  const head = `<${facility * 8 + severities[severityOf(event)]}>1 ${event.at} ${printable(host, 255)} rack-gateway - ${printable(event.kind, 32)} `
  const whole = Buffer.from(`${head}${structuredData(event)} ${recorded.canonical}`)
  if (whole.length <= limit) return whole
  return Buffer.from(`${head}${structuredData(event, 64)} ${instead(recorded)}`)
}

/** @param longest characters of a value */
function structuredData(event: AuditEvent, longest = 256): string {
  const values = {
    id: event.id,
    stream: event.stream,
    seq: String(event.seq),
    principal: event.principal?.name,
    rack: event.rack,
    app: event.app,
    effect: event.decision?.effect,
    rule: event.decision?.rule,
  }
  const parameters = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : `${name}="${escaped(cut(value, longest))}"`,
  )
  return `[${sdId} ${parameters.join(' ')}]`
}

/** RFC 5424, section 6.3.3. Events hold no control characters. */
function escaped(value: string): string {
  return value.replaceAll(/["\\\]]/g, '\\$&')
}

function cut(value: string, longest: number): string {
  return [...value.slice(0, longest * 2)].slice(0, longest).join('')
}

/** What a head may hold: ASCII without spaces; `-` for nothing. */
function printable(value: string, longest: number): string {
  return value.replaceAll(/[^\x21-\x7e]/g, '').slice(0, longest) || '-'
}

function instead({ id, stream, seq, kind, canonical }: SinkEvent): string {
  return JSON.stringify({ id, kind, seq, stream, tooLong: Buffer.byteLength(canonical) })
}
