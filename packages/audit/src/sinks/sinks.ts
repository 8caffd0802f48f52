import type { RecordedEvent } from '../recorded-event.ts'
import type { SinkPositions } from './positions.ts'
import { createRecentEvents } from './recent.ts'
import { createShipper, defaultShipperLimits, type ShipperLimits, type SinkNews } from './shipper.ts'
import type { Sink, SinkStats } from './sink.ts'
import type { BatchLimits } from './transport.ts'

export interface AuditSinksOptions {
  /** With names of their own. */
  readonly sinks: readonly Sink[]
  /** Closed with the sinks. */
  readonly positions: SinkPositions
  readonly clock: { now(): number }
  readonly limits?: Partial<ShipperLimits>
  /** What is kept of the newest events for all sinks together. Default 20,000 events, 16 Mi characters. */
  readonly recent?: BatchLimits
  readonly tell: (sink: Sink, news: SinkNews) => void
}

/** Sends every event elsewhere once it is durable. Nobody who records waits for it. */
export interface AuditSinks {
  /** Makes the sinks known, before the first event is written. */
  register(): Promise<void>
  start(): void
  /** Takes note of what has become durable; as the writer's `onDurable`. */
  onDurable(events: readonly RecordedEvent[]): void
  /** @param drain milliseconds for what is left */
  stop(drain: number): Promise<void>
  stats(): SinkStats[]
}

const defaultRecent = { events: 20_000, characters: 16 * 1024 * 1024 }

export function createAuditSinks(options: AuditSinksOptions): AuditSinks {
  const { sinks, positions, clock, tell } = options
  const limits = { ...defaultShipperLimits, ...options.limits }
  const recent = createRecentEvents(options.recent ?? defaultRecent)
  const shippers = sinks.map((sink) =>
    createShipper({ sink, recent, positions, clock, limits, tell: (news) => tell(sink, news) }),
  )
  return {
    async register() {
      for (const { name } of sinks) await positions.register(name)
    },
    start() {
      for (const shipper of shippers) shipper.start()
    },
    onDurable(events) {
      if (shippers.length === 0) return
      recent.add(events)
      const streams = new Set(events.map(({ place }) => place.stream))
      for (const shipper of shippers) shipper.wake(streams)
    },
    async stop(drain) {
      await Promise.all(shippers.map((shipper) => shipper.stop(drain)))
      await positions.close()
    },
    stats: () => shippers.map((shipper) => shipper.stats()),
  }
}
