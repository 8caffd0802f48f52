import type { AuditEvent } from '../../events/event.ts'
import { visibleText } from '../../events/visible-text.ts'
import { createHttpPoster, type HttpOptions, type HttpResponse } from './http.ts'
import { type Severity, severityOf } from './severity.ts'
import type { SinkEvent } from './sink-event.ts'
import { SinkRejected, type SinkTransport } from './transport.ts'

export interface OtlpTransportOptions extends HttpOptions {
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Sends log records over OTLP/HTTP in JSON.
 *
 * @see OTLP 1.5, "OTLP/HTTP", and the log data model
 */
export function createOtlpTransport({ headers, ...http }: OtlpTransportOptions): SinkTransport {
  const poster = createHttpPoster(http)
  return {
    limits: { events: 500, characters: 1024 * 1024 },
    async deliver(events, signal) {
      const response = await poster.post(requestOf(events), { ...headers, 'content-type': 'application/json' }, signal)
      const rejected = rejectionOf(response)
      if (rejected !== null) throw new SinkRejected(rejected)
    },
    close: () => poster.close(),
  }
}

function requestOf(events: readonly SinkEvent[]): string {
  return JSON.stringify({
    resourceLogs: [
      {
        resource: { attributes: attributes({ 'service.name': 'rack-gateway' }) },
        scopeLogs: [{ scope: { name: 'rack-gateway.audit', version: '1' }, logRecords: events.map(logRecord) }],
      },
    ],
  })
}

const severities: Readonly<Record<Severity, { readonly severityNumber: number; readonly severityText: string }>> = {
  info: { severityNumber: 9, severityText: 'INFO' },
  notice: { severityNumber: 10, severityText: 'NOTICE' },
  warning: { severityNumber: 13, severityText: 'WARN' },
}

function logRecord({ moment, canonical }: SinkEvent) {
  const event: AuditEvent = JSON.parse(canonical)
  const nanoseconds = `${moment}000000`
  return {
    timeUnixNano: nanoseconds,
    observedTimeUnixNano: nanoseconds,
    ...severities[severityOf(event)],
    eventName: `rack_gateway.${event.kind}`,
    body: { stringValue: canonical },
    attributes: attributes({
      'log.record.uid': event.id,
      'rack_gateway.stream': event.stream,
      'rack_gateway.seq': event.seq,
      'rack_gateway.kind': event.kind,
      'rack_gateway.request': event.request,
      'user.id': event.principal?.id,
      'user.name': event.principal?.name,
      'client.address': event.source?.address,
      'rack_gateway.rack': event.rack,
      'rack_gateway.app': event.app,
      'rack_gateway.permission': event.permission,
      'rack_gateway.effect': event.decision?.effect,
      'rack_gateway.rule': event.decision?.rule,
      'http.response.status_code': event.status,
    }),
  }
}

function attributes(values: Readonly<Record<string, string | number | undefined>>) {
  return Object.entries(values).flatMap(([key, value]) => {
    if (value === undefined) return []
    return { key, value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value } }
  })
}

/** The partial rejection in a successful response, or null. */
function rejectionOf({ contentType, body }: HttpResponse): string | null {
  if (!contentType.startsWith('application/json')) return null
  const { partialSuccess } = readResponse(body.toString())
  const count = Number(partialSuccess?.rejectedLogRecords ?? 0)
  if (!(count > 0)) return null
  return `it rejects ${count} log records: ${visibleText(String(partialSuccess?.errorMessage ?? '').slice(0, 200))}`
}

interface OtlpResponse {
  readonly partialSuccess?: { readonly rejectedLogRecords?: unknown; readonly errorMessage?: unknown }
}

function readResponse(text: string): OtlpResponse {
  try {
    const response: unknown = JSON.parse(text)
    return typeof response === 'object' && response !== null ? response : {}
  } catch {
    return {}
  }
}
