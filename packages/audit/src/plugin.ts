import { hostname } from 'node:os'
import fp from 'fastify-plugin'
import { type Adopter, type AdopterStats, createAdopter } from './adoption/adopter.ts'
import type { AdoptionStore } from './adoption/adoption-store.ts'
import type { EventDraft } from './events/event.ts'
import type { RecordedEvent } from './events/recorded-event.ts'
import type { Fallback, FallbackStats } from './fallback/fallback.ts'
import type { AuditStore } from './log/audit-store.ts'
import { type CountedDenial, createDenialCounter } from './log/denial-counter.ts'
import { createAuditWriter } from './log/writer.ts'
import type { AuditWriterLimits, AuditWriterOptions, AuditWriterStats } from './log/writer-options.ts'
import type { SinkStats } from './sinks/sink.ts'
import type { AuditSinks } from './sinks/sinks.ts'

export interface AuditPluginOptions {
  /** Closed with the application. */
  readonly store: AuditStore
  /** Without this store, no streams are adopted. Closed with the application. */
  readonly adoptions?: AdoptionStore
  /** Required if `store` is the store of a fallback: that fallback. */
  readonly fallback?: Fallback
  readonly clock?: { now(): number }
  readonly host?: string
  readonly pid?: number
  readonly limits?: Partial<AuditWriterLimits>
  /** See `AuditWriterOptions`. */
  readonly openedDetail?: AuditWriterOptions['openedDetail']
  /** Milliseconds until counted denials are recorded. Default 1,000. */
  readonly denialInterval?: number
  /** Average milliseconds between two searches for expired streams. Default 10,000. */
  readonly adoptionInterval?: number
  /** Called with each durable batch. Must be fast and must not throw. */
  readonly onDurable?: (events: readonly RecordedEvent[]) => void
  /** The sinks that receive durable events. Stopped after the last event. */
  readonly sinks?: AuditSinks | null
}

export interface Audit {
  /** Resolves when the event is durable. @throws AuditUnavailable (503) */
  record(draft: EventDraft): Promise<RecordedEvent>
  /** Like `record`, for events without a waiting caller, which are batched for up to 10 ms. */
  recordSoon(draft: EventDraft): Promise<RecordedEvent>
  /** Checks that events can be recorded, for a call that does not wait for its event. @throws AuditUnavailable (503) */
  check(): void
  /** Counts a denial of an unauthenticated request, without I/O. The counts are recorded after `denialInterval`. */
  countDenial(denial: CountedDenial): void
  sinks(): SinkStats[]
  stats(): AuditWriterStats &
    Omit<AdopterStats, 'failure'> & {
      /** Why the last search for expired streams failed, or null. */
      readonly adoptionFailure: string | null
      /** Counted denials that are not recorded yet. */
      readonly pendingDenials: number
      /** All denials that `countDenial` has counted. */
      readonly refusals: number
      /** Null without a fallback. */
      readonly fallback: FallbackStats | null
    }
}

declare module 'fastify' {
  interface FastifyInstance {
    audit: Audit
  }
}

/** Milliseconds for sinks to send their last events. Other processes send the events that remain. */
const sinkDrain = 3_000

/** Opens a stream before the application listens, and closes it after the last request. */
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
      openedDetail,
      denialInterval,
      adoptionInterval,
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
      openedDetail,
      onDurable(events) {
        onDurable?.(events)
        sinks?.onDurable(events)
      },
      onState(cause) {
        if (cause === null) app.log.info({ event: 'audit.available' }, 'the audit log can be written again')
        else app.log.error({ event: 'audit.unavailable', err: cause }, 'the audit log cannot be written')
      },
    })
    const denials = createDenialCounter({ record: writer.record, clock, interval: denialInterval })
    const adopter = adoptions
      ? createAdopter({
          adoptions,
          writer,
          every: adoptionInterval,
          // Files are imported before their streams are adopted.
          beforeSearch: async () => fallback?.importFiles(writer.record),
          onAdopted: ({ id, host, pid }) => app.log.warn({ event: 'audit.stream_adopted', stream: id, host, pid }),
          onError: (err) => app.log.warn({ event: 'audit.adoption_failed', err }),
        })
      : null
    app.decorate('audit', {
      record: writer.record,
      recordSoon: writer.recordSoon,
      check: writer.check,
      countDenial: denials.count,
      sinks: () => sinks?.stats() ?? [],
      stats: () => ({
        ...writer.stats(),
        ...adoptionStats(adopter),
        pendingDenials: denials.pending,
        refusals: denials.total,
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
      const adopting = adopter?.stop()
      denials.stop()
      await denials.flush()
      await writer.close()
      await adoptions?.close()
      await adopting
      await sinks?.stop(sinkDrain)
      await store.close()
    })
  },
  { name: '@rack-gateway/audit', fastify: '5.x' },
)

function adoptionStats(adopter: Adopter | null) {
  if (adopter === null) return { adopted: 0, unknown: 0, adoptionFailure: null }
  const { failure: adoptionFailure, ...counts } = adopter.stats()
  return { ...counts, adoptionFailure }
}
