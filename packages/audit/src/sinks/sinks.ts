import type { RecordedEvent } from '../events/recorded-event.ts'
import { createRecentEvents } from './recent-events.ts'
import { createShipper, defaultShipperLimits, type ShipperLimits, type SinkNotification } from './shipper.ts'
import type { Sink, SinkStats } from './sink.ts'
import type { SinkPositions } from './sink-positions.ts'
import type { BatchLimits } from './transports/transport.ts'

export interface AuditSinksOptions {
  /** With unique names. */
  readonly sinks: readonly Sink[]
  /** Closed with the sinks. */
  readonly positions: SinkPositions
  readonly clock: { now(): number }
  readonly limits?: Partial<ShipperLimits>
  /** Limits of the recent events that all sinks share. Default 20,000 events and 16 Mi characters. */
  readonly recent?: BatchLimits
  readonly notify: (sink: Sink, notification: SinkNotification) => void
}

/** Sends every durable event to the sinks. The writer never waits for a sink. */
export interface AuditSinks {
  /** Registers the sinks. Call before the first event is written. */
  register(): Promise<void>
  start(): void
  /** Takes durable events. Call it from the writer's `onDurable`. */
  onDurable(events: readonly RecordedEvent[]): void
  /** @param drain milliseconds for remaining events */
  stop(drain: number): Promise<void>
  stats(): SinkStats[]
}

const defaultRecent = { events: 20_000, characters: 16 * 1024 * 1024 }

export function createAuditSinks(options: AuditSinksOptions): AuditSinks {
  const { sinks, positions, clock, notify } = options
  const limits = { ...defaultShipperLimits, ...options.limits }
  const recent = createRecentEvents(options.recent ?? defaultRecent)
  const shippers = sinks.map((sink) =>
    createShipper({ sink, recent, positions, clock, limits, notify: (notification) => notify(sink, notification) }),
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
      const streams = new Set(events.map(({ position }) => position.stream))
      for (const shipper of shippers) shipper.wake(streams)
    },
    async stop(drain) {
      await Promise.all(shippers.map((shipper) => shipper.stop(drain)))
      await positions.close()
    },
    stats: () => shippers.map((shipper) => shipper.stats()),
  }
}
