import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { onTestFinished } from 'vitest'
import { createPostgresAuditStore } from '../../log/postgres-audit-store.ts'
import { createAuditWriter } from '../../log/writer.ts'
import { createPostgresSinkPositions } from '../postgres-sink-positions.ts'
import type { ShipperLimits, SinkNotification } from '../shipper.ts'
import type { Sink } from '../sink.ts'
import type { SinkPositions } from '../sink-positions.ts'
import { createAuditSinks } from '../sinks.ts'
import type { SinkEvent } from '../transports/sink-event.ts'
import type { BatchLimits, SinkTransport } from '../transports/transport.ts'

/** A sink that stores events. `behave` runs before each delivery, and may wait or throw. */
export function collectingSink(name: string, limits: BatchLimits = { events: 500, characters: 512 * 1024 }) {
  const events: SinkEvent[] = []
  const batches: (readonly SinkEvent[])[] = []
  const state: {
    behave: (events: readonly SinkEvent[], signal: AbortSignal) => Promise<void> | void
    closed: boolean
  } = {
    behave() {},
    closed: false,
  }
  const transport: SinkTransport = {
    limits,
    async deliver(batch, signal) {
      await state.behave(batch, signal)
      signal.throwIfAborted()
      batches.push(batch)
      events.push(...batch)
    },
    async close() {
      state.closed = true
    },
  }
  const sink: Sink = { name, kind: 'webhook', wants: () => true, transport }
  return { sink, events, batches, state, ids: () => events.map(({ id }) => id) }
}

/** A sink that only counts events, and throws if they are not in order. */
export function countingSink(name: string) {
  const last = new Map<string, number>()
  const transport: SinkTransport = {
    limits: { events: 500, characters: 512 * 1024 },
    async deliver(batch) {
      for (const { stream, seq } of batch) {
        if (seq !== (last.get(stream) ?? 0) + 1) throw new Error(`${seq} does not follow ${last.get(stream)}`)
        last.set(stream, seq)
      }
    },
    async close() {},
  }
  const sink: Sink = { name, kind: 'webhook', wants: () => true, transport }
  return {
    sink,
    seen: (stream?: string) =>
      stream === undefined ? [...last.values()].reduce((sum, seq) => sum + seq, 0) : (last.get(stream) ?? 0),
  }
}

setFlagsFromString('--expose-gc')
export const collectGarbage: () => void = runInNewContext('gc')

export function forever(): Promise<void> {
  return new Promise(() => {})
}

export interface ShippingOptions {
  readonly sinks: readonly Sink[]
  readonly limits?: Partial<ShipperLimits>
  readonly recent?: BatchLimits
  readonly positions?: SinkPositions
}

/** Short intervals, because tests wait for the results. */
const quickLimits: Partial<ShipperLimits> = {
  deadline: 1_000,
  backOff: { minimum: 5, maximum: 20 },
  saveInterval: 20,
  claim: 40,
  hold: 30_000,
}

/** A process that records and ships events, stopped when the test ends. */
export async function startShipping(url: string, { sinks, limits, recent, ...options }: ShippingOptions) {
  const notifications: { readonly sink: string; readonly notification: SinkNotification }[] = []
  const positions = options.positions ?? createPostgresSinkPositions({ pool: { url, max: 2 }, timeout: 2_000 })
  const dying = { dead: false }
  const shipping = createAuditSinks({
    sinks,
    positions: {
      ...positions,
      save: async (...save) => {
        if (dying.dead) throw new Error('the process is gone')
        return positions.save(...save)
      },
    },
    clock: Date,
    limits: { ...quickLimits, ...limits },
    ...(recent && { recent }),
    notify: (sink, notification) => notifications.push({ sink: sink.name, notification }),
  })
  await shipping.register()
  shipping.start()
  const store = createPostgresAuditStore({ pool: { url }, timeout: 2_000 })
  const writer = createAuditWriter({ store, clock: Date, host: 'test', pid: 1, onDurable: shipping.onDurable })
  await writer.open()
  let stopping: Promise<void> | null = null

  async function end(drain: number) {
    await writer.close()
    await shipping.stop(drain)
    await store.close()
  }
  const stop = (drain = 2_000) => {
    stopping ??= end(drain)
    return stopping
  }
  onTestFinished(() => stop(100))
  return {
    writer,
    notifications,
    stats: (name: string) => {
      const found = shipping.stats().find((sink) => sink.name === name)
      if (!found) throw new Error(`there is no sink ${name}`)
      return found
    },
    stop,
    /** Ends like a crash: saves and releases nothing, and leaves the stream open. */
    async crash() {
      dying.dead = true
      await shipping.stop(0)
      stopping = store.close()
    },
  }
}
