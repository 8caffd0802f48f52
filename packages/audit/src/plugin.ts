import { hostname } from 'node:os'
import fp from 'fastify-plugin'
import type { AuditStore } from './audit-store.ts'
import type { EventDraft } from './event.ts'
import type { RecordedEvent } from './recorded-event.ts'
import { createRefusals, type Refusal } from './refusals.ts'
import { createAuditWriter } from './writer.ts'
import type { AuditWriterLimits, AuditWriterStats } from './writer-options.ts'

export interface AuditPluginOptions {
  /** Closed with the application. */
  readonly store: AuditStore
  readonly clock?: { now(): number }
  readonly host?: string
  readonly pid?: number
  readonly limits?: Partial<AuditWriterLimits>
  /** Told of the events of each batch once they are durable. Must return soon and not throw. */
  readonly onDurable?: (events: readonly RecordedEvent[]) => void
}

export interface Audit {
  /** Resolves when the event is durable. @throws AuditUnavailable (503) */
  record(draft: EventDraft): Promise<RecordedEvent>
  /** As `record`, for an event that nobody waits for: within 10 ms, so that one commit is for many. */
  recordSoon(draft: EventDraft): Promise<RecordedEvent>
  /** For a call whose record nobody will wait for. @throws AuditUnavailable (503) when it could not be recorded now */
  check(): void
  /** Counts a refusal before authentication, without I/O; written within a second. */
  refuse(refusal: Refusal): void
  stats(): AuditWriterStats & { readonly pendingRefusals: number; readonly refusals: number }
}

declare module 'fastify' {
  interface FastifyInstance {
    audit: Audit
  }
}

/** One stream for the life of the application: opened before it listens, closed after its last request. */
export default fp(
  async function audit(
    app,
    { store, clock = Date, host = hostname(), pid = process.pid, limits = {}, onDurable }: AuditPluginOptions,
  ) {
    const writer = createAuditWriter({
      store,
      clock,
      host,
      pid,
      limits,
      ...(onDurable && { onDurable }),
      onState(cause) {
        if (cause === null) app.log.info({ event: 'audit.available' }, 'the audit log can be written again')
        else app.log.error({ event: 'audit.unavailable', err: cause }, 'the audit log cannot be written')
      },
    })
    const refusals = createRefusals({ record: writer.record, clock })
    app.decorate('audit', {
      record: writer.record,
      recordSoon: writer.recordSoon,
      check: writer.check,
      refuse: refusals.count,
      stats: () => ({ ...writer.stats(), pendingRefusals: refusals.pending, refusals: refusals.total }),
    })
    app.addHook('onReady', () => writer.open())
    app.addHook('onClose', async function closeAudit() {
      refusals.stop()
      await refusals.flush()
      await writer.close()
      await store.close()
    })
  },
  { name: '@rack-gateway/audit', fastify: '5.x' },
)
