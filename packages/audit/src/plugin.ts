import { hostname } from 'node:os'
import fp from 'fastify-plugin'
import { type Adopter, type AdopterStats, createAdopter } from './adoption/adopter.ts'
import type { Adoptions } from './adoption/adoptions.ts'
import type { AuditStore } from './audit-store.ts'
import { type CountedDenial, createDenialCounter } from './denial-counter.ts'
import type { EventDraft } from './event.ts'
import type { Fallback, FallbackStats } from './fallback/fallback.ts'
import type { RecordedEvent } from './recorded-event.ts'
import type { SinkStats } from './sinks/sink.ts'
import type { AuditSinks } from './sinks/sinks.ts'
import { createAuditWriter } from './writer.ts'
import type { AuditWriterLimits, AuditWriterStats } from './writer-options.ts'

export interface AuditPluginOptions {
  /** Closed with the application. */
  readonly store: AuditStore
  /** Where streams that nobody writes any more are found; nobody looks when absent. Closed with the application. */
  readonly adoptions?: Adoptions
  /** Whose store `store` is. */
  readonly fallback?: Fallback
  readonly clock?: { now(): number }
  readonly host?: string
  readonly pid?: number
  readonly limits?: Partial<AuditWriterLimits>
  /** Told of the events of each batch once they are durable. Must return soon and not throw. */
  readonly onDurable?: (events: readonly RecordedEvent[]) => void
  /** Where events go once they are durable. Stopped with the application, after the last event. */
  readonly sinks?: AuditSinks | null
}

export interface Audit {
  /** Resolves when the event is durable. @throws AuditUnavailable (503) */
  record(draft: EventDraft): Promise<RecordedEvent>
  /** As `record`, for an event that nobody waits for: within 10 ms, so that one commit is for many. */
  recordSoon(draft: EventDraft): Promise<RecordedEvent>
  /** For a call whose record nobody will wait for. @throws AuditUnavailable (503) when it could not be recorded now */
  check(): void
  /** Counts a refusal before authentication, without I/O; written within a second. */
  countDenial(refusal: CountedDenial): void
  /** How each sink does; empty when there are none. */
  sinks(): SinkStats[]
  stats(): AuditWriterStats &
    Omit<AdopterStats, 'failure'> & {
      /** Why the last look for streams to adopt failed; null: it did not. */
      readonly adoptionFailure: string | null
      readonly pendingDenials: number
      readonly refusals: number
      /** null: there is none. */
      readonly fallback: FallbackStats | null
    }
}

declare module 'fastify' {
  interface FastifyInstance {
    audit: Audit
  }
}

/** Milliseconds that sinks get for what is left. Another process ships the rest. */
const sinkDrain = 3_000

/** One stream for the life of the application: opened before it listens, closed after its last request. */
export default fp(
  async function audit(
    app,
    {
      store,
      adoptions,
      fallback,
      clock = Date,
      host = hostname(),
      pid = process.pid,
      limits = {},
      sinks = null,
      onDurable,
    }: AuditPluginOptions,
  ) {
    const writer = createAuditWriter({
      store,
      clock,
      host,
      pid,
      limits,
      onDurable(events) {
        onDurable?.(events)
        sinks?.onDurable(events)
      },
      onState(cause) {
        if (cause === null) app.log.info({ event: 'audit.available' }, 'the audit log can be written again')
        else app.log.error({ event: 'audit.unavailable', err: cause }, 'the audit log cannot be written')
      },
    })
    const refusals = createDenialCounter({ record: writer.record, clock })
    const adopter = adoptions
      ? createAdopter({
          adoptions,
          writer,
          // What a file says of a stream is part of what is adopted.
          before: async () => fallback?.look(writer.record),
          onAdopted: ({ id, host, pid }) => app.log.warn({ event: 'audit.stream_adopted', stream: id, host, pid }),
          onError: (err) => app.log.warn({ event: 'audit.adoption_failed', err }),
        })
      : null
    app.decorate('audit', {
      record: writer.record,
      recordSoon: writer.recordSoon,
      check: writer.check,
      countDenial: refusals.count,
      sinks: () => sinks?.stats() ?? [],
      stats: () => ({
        ...writer.stats(),
        ...adoption(adopter),
        pendingDenials: refusals.pending,
        refusals: refusals.total,
        fallback: fallback?.stats() ?? null,
      }),
    })
    app.addHook('onReady', async function openAudit() {
      await sinks?.register()
      sinks?.start()
      await writer.open()
      adopter?.start()
    })
    app.addHook('onClose', async function closeAudit() {
      const looked = adopter?.stop()
      refusals.stop()
      await refusals.flush()
      await writer.close()
      await adoptions?.close()
      await looked
      await sinks?.stop(sinkDrain)
      await store.close()
    })
  },
  { name: '@rack-gateway/audit', fastify: '5.x' },
)

function adoption(adopter: Adopter | null) {
  if (adopter === null) return { adopted: 0, unknown: 0, adoptionFailure: null }
  const { failure: adoptionFailure, ...counts } = adopter.stats()
  return { ...counts, adoptionFailure }
}
