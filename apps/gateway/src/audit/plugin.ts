import {
  type AuditWriterLimits,
  auditPlugin,
  createPostgresAdoptionStore,
  createPostgresAuditStore,
  createPostgresImporter,
  type Fallback,
  type FallbackKeys,
  openFallback,
} from '@rack-gateway/audit'
import type { SinkConfig } from '@rack-gateway/config'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { modeDetail } from '../observe-mode/observe-mode.ts'
import { openAuditSinks } from './sinks.ts'

export interface AuditLogOptions {
  /** Absolute path of a directory for events while the database is not available; null: none. */
  readonly fallbackDir: string | null
  readonly fallbackKeys: FallbackKeys
  readonly sinks: readonly SinkConfig[]
  readonly limits: Partial<AuditWriterLimits> | undefined
  /** Milliseconds until the counted denials of unauthenticated requests are recorded. */
  readonly denialInterval: number | undefined
  /** Average milliseconds between two searches for streams of processes that are gone. */
  readonly adoptionInterval: number | undefined
}

/** @throws FallbackDirectoryUnfit, SinkMisconfigured */
export default fp<AuditLogOptions>(
  async function auditLog(app, options) {
    const { fallbackDir, sinks, limits, denialInterval, adoptionInterval } = options
    const { pools } = app
    const fallback = fallbackDir === null ? null : await openFallbackAt(app, fallbackDir, options)
    await app.register(auditPlugin, {
      store: fallback?.store ?? createPostgresAuditStore({ pool: pools.audit }),
      adoptions: createPostgresAdoptionStore({ pool: pools.adoption }),
      clock: app.clock,
      openedDetail: () => modeDetail(app.observeMode.configured, app.clock.now()),
      sinks: await openAuditSinks(app, sinks),
      onDurable: app.checkpoints.onDurable,
      limits,
      denialInterval,
      adoptionInterval,
      ...(fallback && { fallback }),
    })
  },
  { name: 'audit-log', dependencies: ['clock', 'checkpoints', 'database', 'observe-mode'] },
)

async function openFallbackAt(
  { log, clock, checkpoints, pools }: FastifyInstance,
  directory: string,
  { fallbackKeys }: AuditLogOptions,
): Promise<Fallback> {
  return await openFallback({
    primary: createPostgresAuditStore({ pool: pools.audit, fallback: true }),
    importer: createPostgresImporter({ pool: pools.fallback }),
    directory,
    keys: fallbackKeys,
    now: clock.now,
    onSwitch(err) {
      if (err === null) checkpoints.onFallbackEnd()
      else checkpoints.onFallbackStart()
      if (err === null) log.info({ event: 'audit.fallback_left' }, 'the database accepts events again')
      else
        log.error(
          { event: 'audit.fallback_entered', err },
          'the database does not accept events, so the gateway writes them to a file',
        )
    },
    onAlarm: ({ close: reason, detail }) =>
      log.error(
        { event: 'audit.fallback_file_refused', ...detail },
        `a fallback file could not be imported and needs an operator: ${reason}`,
      ),
    onError: (err) => log.warn({ event: 'audit.fallback_waiting', err }),
  })
}
