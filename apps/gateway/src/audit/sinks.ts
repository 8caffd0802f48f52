import {
  type AuditSinks,
  createAuditSinks,
  createPostgresSinkPositions,
  createSink,
  type Sink,
  type SinkNotification,
  type SinkSettings,
  type SinkTargetSettings,
} from '@rack-gateway/audit'
import type { SinkConfig } from '@rack-gateway/config'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'

/** Null if no sink is configured. @throws SinkMisconfigured */
export async function openAuditSinks(
  { clock, log, pools }: Pick<FastifyInstance, 'clock' | 'log' | 'pools'>,
  configs: readonly SinkConfig[],
): Promise<AuditSinks | null> {
  if (configs.length === 0) return null
  const sinks = await Promise.all(configs.map((config) => createSink(sinkSettingsOf(config), clock)))
  const positions = createPostgresSinkPositions({ pool: pools.sinks })
  return createAuditSinks({ sinks, positions, clock, notify: (sink, news) => logNotification(log, sink, news) })
}

function logNotification(log: FastifyBaseLogger, { name: sink, kind }: Sink, news: SinkNotification): void {
  switch (news.what) {
    case 'failing':
      log.warn(
        { event: 'audit.sink.failing', sink, kind, err: news.cause },
        'a delivery to the sink failed: the events are retried',
      )
      break
    case 'recovered':
      log.info({ event: 'audit.sink.recovered', sink, kind })
      break
    case 'refused':
      log.error(
        { event: 'audit.sink.refused', sink, kind, id: news.event.id, reason: news.reason },
        'the sink rejected an event permanently: the event is in audit.sink_dead_letters',
      )
      break
  }
}

function sinkSettingsOf({ name, target, header, ca, kinds }: SinkConfig): SinkSettings {
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
