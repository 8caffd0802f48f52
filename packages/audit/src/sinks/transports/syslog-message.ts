import type { AuditEvent } from '../../events/event.ts'
import { severityOf } from './severity.ts'
import type { SinkEvent } from './sink-event.ts'

export interface SyslogMessageOptions {
  readonly host: string
  /** Maximum bytes of a message. */
  readonly limit: number
}

/** The facility "log audit". */
const facility = 13
const severities = { warning: 4, notice: 5, info: 6 } as const
/** RFC 5612 reserves this number for examples. */
const sdId = 'event@32473'

/**
 * Formats an event as a syslog message: search fields as structured data, and the canonical form as text. If the
 * message would exceed the limit, the text is only a reference to the event.
 *
 * @see RFC 5424, section 6
 */
export function syslogMessage(recorded: SinkEvent, { host, limit }: SyslogMessageOptions): Buffer {
  const event: AuditEvent = JSON.parse(recorded.canonical)
  const head = `<${facility * 8 + severities[severityOf(event)]}>1 ${event.at} ${printable(host, 255)} rack-gateway - ${printable(event.kind, 32)} `
  const whole = Buffer.from(`${head}${structuredData(event)} ${recorded.canonical}`)
  if (whole.length <= limit) return whole
  return Buffer.from(`${head}${structuredData(event, 64)} ${referenceTo(recorded)}`)
}

/** @param longest maximum characters of a value */
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

/** RFC 5424, section 6.3.3. Events have no control characters. */
function escaped(value: string): string {
  return value.replaceAll(/["\\\]]/g, '\\$&')
}

function cut(value: string, longest: number): string {
  return [...value.slice(0, longest * 2)].slice(0, longest).join('')
}

/** Header values are ASCII without spaces; `-` for an empty one. */
function printable(value: string, longest: number): string {
  return value.replaceAll(/[^\x21-\x7e]/g, '').slice(0, longest) || '-'
}

function referenceTo({ id, stream, seq, kind, canonical }: SinkEvent): string {
  return JSON.stringify({ id, kind, seq, stream, tooLong: Buffer.byteLength(canonical) })
}
