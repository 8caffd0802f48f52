import {
  type AuditSinks,
  createAuditSinks,
  createPostgresSinkPositions,
  createSink,
  type Sink,
  type SinkNews,
  type SinkSettings,
  type SinkTargetSettings,
} from '@rack-gateway/audit/sinks'
import type { SinkConfig } from '@rack-gateway/config'
import type { GatewayOptions } from '../gateway-options.ts'

/** The sinks, or null when there are none. @throws SinkMisconfigured */
export async function openAuditSinks({
  sinks: settings,
  databaseUrl,
  log,
  now = Date.now,
}: Pick<GatewayOptions, 'sinks' | 'databaseUrl' | 'log' | 'now'>): Promise<AuditSinks | null> {
  if (settings.length === 0) return null
  const clock = { now }
  const sinks = await Promise.all(settings.map((one) => createSink(one, clock)))
  const positions = createPostgresSinkPositions({ url: databaseUrl })
  return createAuditSinks({ sinks, positions, clock, tell: (sink, news) => tell(log, sink, news) })
}

function tell(log: GatewayOptions['log'], { name: sink, kind }: Sink, news: SinkNews): void {
  switch (news.what) {
    case 'failing':
      log.warn({ event: 'audit.sink.failing', sink, kind, err: news.cause }, 'the sink does not get events: they wait')
      break
    case 'recovered':
      log.info({ event: 'audit.sink.recovered', sink, kind })
      break
    case 'refused':
      log.error(
        { event: 'audit.sink.refused', sink, kind, id: news.event.id, reason: news.reason },
        'the sink refuses an event for good: it is among the dead letters',
      )
      break
  }
}

export function sinkSettingsOf({ name, target, header, ca, kinds }: SinkConfig): SinkSettings {
  const headers = header === null ? {} : { [header.name]: header.value.reveal() }
  return { name, target: targetOf(target), headers, ca, kinds }
}

function targetOf(target: SinkConfig['target']): SinkTargetSettings {
  switch (target.kind) {
    case 'webhook': {
      const keys = target.keys.map((key) => Buffer.from(key.reveal(), 'hex'))
      return { kind: 'webhook', url: target.url.reveal(), keys }
    }
    case 'otlp':
      return { kind: 'otlp', url: target.url.reveal() }
    default:
      return target
  }
}
