import { setTimeout as wait } from 'node:timers/promises'
import type { BackOffLimits } from '@rack-gateway/time'
import { withTimeout } from '@rack-gateway/time'
import { createDelivery } from './delivery.ts'
import { createFailureState } from './failure-state.ts'
import { type Cursor, createHeldStreams } from './held-streams.ts'
import { fittingEvents, type RecentEvents } from './recent-events.ts'
import type { Sink, SinkStats } from './sink.ts'
import type { SinkPositions } from './sink-positions.ts'
import type { SinkEvent } from './transports/sink-event.ts'

/** In milliseconds, except `page`. */
export interface ShipperLimits {
  /** Timeout of one attempt. Default 10,000. */
  readonly deadline: number
  /** Delay between attempts. Default 250 to 30,000. */
  readonly backOff: BackOffLimits
  /** Interval of saving progress. After a crash, the events of the last interval may be sent twice. Default 1,000. */
  readonly saveInterval: number
  /** Interval of claiming free streams, and of looking for events of other processes. Default 5,000. */
  readonly claim: number
  /** Time that a stream stays held without an update. Default 30,000. */
  readonly hold: number
  /** Events per database query. Default 200. */
  readonly page: number
}

export const defaultShipperLimits: ShipperLimits = {
  deadline: 10_000,
  backOff: { minimum: 250, maximum: 30_000 },
  saveInterval: 1_000,
  claim: 5_000,
  hold: 30_000,
  page: 200,
}

export type SinkNotification =
  | { readonly what: 'failing'; readonly cause: unknown }
  | { readonly what: 'recovered' }
  | { readonly what: 'refused'; readonly event: SinkEvent; readonly reason: string }

export interface ShipperOptions {
  readonly sink: Sink
  readonly recent: RecentEvents
  readonly positions: SinkPositions
  readonly clock: { now(): number }
  readonly limits: ShipperLimits
  readonly notify: (notification: SinkNotification) => void
}

export interface Shipper {
  start(): void
  /** Called when this process has new durable events. */
  wake(streams: Iterable<string>): void
  /** Ships the remaining events of the held streams for at most `drain` milliseconds, and releases the streams. */
  stop(drain: number): Promise<void>
  stats(): SinkStats
}

/** Milliseconds for each step of `stop` except the shipping of the remaining events. */
const stepTimeout = 1_000

export function createShipper({ sink, recent, positions, clock, limits, notify }: ShipperOptions): Shipper {
  const elapsed = () => performance.now()
  const heldStreams = createHeldStreams({ sink: sink.name, recent, positions, clock, elapsed, hold: limits.hold })
  const stopping = new AbortController()
  const counts = { delivered: 0, rejected: 0, failures: 0 }
  const listener = {
    onFailing: (cause: unknown) => notify({ what: 'failing', cause }),
    onRecovered: () => notify({ what: 'recovered' }),
  }
  const deliveryState = createFailureState(listener)
  /** Failures of the database that stores the position of the sink. */
  const positionState = createFailureState(listener)
  let draining = false
  let claimedAt = Number.NEGATIVE_INFINITY
  const shippingPause = createPause(limits.saveInterval)
  const savingPause = createPause(limits.saveInterval)
  let running: Promise<void> = Promise.resolve()
  let saving: Promise<void> = Promise.resolve()

  const deliver = createDelivery({
    transport: sink.transport,
    deadline: limits.deadline,
    backOff: limits.backOff,
    stop: stopping.signal,
    onFailure(cause) {
      counts.failures++
      deliveryState.fail(cause)
    },
    onSuccess(events) {
      counts.delivered += events.length
      deliveryState.recover()
    },
    async storeDeadLetter(event, reason) {
      await positions.storeDeadLetter(sink.name, event, reason)
      counts.rejected++
      notify({ what: 'refused', event, reason })
    },
  })

  async function ship() {
    while (!stopping.signal.aborted) {
      let shipped = false
      for (const cursor of heldStreams.all()) if (await shipSome(cursor)) shipped = true
      if (shipped) continue
      if (draining) return
      await shippingPause.begin()
    }
  }

  async function shipSome(cursor: Cursor): Promise<boolean> {
    if (elapsed() < cursor.notBefore && !draining) return false
    const events = await nextEvents(cursor)
    const last = events.at(-1)
    if (!last) return false
    cursor.eventTime = events[0]?.moment ?? cursor.eventTime
    if (isTooEarly(cursor, last)) return false
    const wanted = events.filter(({ kind }) => sink.wants(kind))
    if (wanted.length > 0) await deliver(wanted)
    cursor.seq = last.seq
    cursor.eventTime = last.moment
    if (last.kind === 'stream.closed') cursor.finished = true
    return true
  }

  async function nextEvents(cursor: Cursor): Promise<SinkEvent[]> {
    const cached = recent.after(cursor.stream, cursor.seq, sink.transport.limits)
    if (cached) return cached
    if (heldStreams.lastOf(cursor) <= cursor.seq) return []
    const found = await positions.read(cursor, limits.page)
    if (found.length === 0) cursor.notBefore = elapsed() + limits.saveInterval
    return fittingEvents(found, sink.transport.limits)
  }

  /** Whether a partial batch should wait for more events. */
  function isTooEarly(cursor: Cursor, { seq }: SinkEvent): boolean {
    const { linger = 0 } = sink.transport
    const since = cursor.lingersSince ?? elapsed()
    const isEarly = !draining && seq >= heldStreams.lastOf(cursor) && elapsed() - since < linger
    cursor.lingersSince = isEarly ? since : null
    if (isEarly) cursor.notBefore = elapsed() + Math.min(limits.saveInterval, linger)
    return isEarly
  }

  async function run() {
    while (!stopping.signal.aborted) {
      try {
        return await ship()
      } catch (error) {
        reportPositionFailure(error)
        await shippingPause.begin()
      }
    }
  }

  /** Runs while `ship` waits for the sink, to extend holds and save positions. */
  async function saveAndClaimRepeatedly() {
    while (!stopping.signal.aborted) {
      try {
        await heldStreams.save()
        if (isTimeToClaim()) await claim()
        positionState.recover()
      } catch (error) {
        reportPositionFailure(error)
      }
      await savingPause.begin()
    }
  }

  function isTimeToClaim() {
    return !draining && (heldStreams.hasUnclaimed || elapsed() - claimedAt >= limits.claim)
  }

  async function claim() {
    await heldStreams.claim()
    claimedAt = elapsed()
    shippingPause.wake()
  }

  function reportPositionFailure(cause: unknown) {
    if (!stopping.signal.aborted) positionState.fail(cause)
  }

  return {
    start() {
      running = run()
      saving = saveAndClaimRepeatedly()
    },
    wake(streams) {
      for (const stream of streams) if (heldStreams.addOwn(stream)) savingPause.wake()
      shippingPause.wake()
    },
    async stop(drain) {
      if (heldStreams.hasUnclaimed) await withTimeout(claim().catch(reportPositionFailure), stepTimeout, ignore)
      draining = true
      shippingPause.wake()
      await withTimeout(running, drain, ignore)
      stopping.abort(new Error('the gateway stops'))
      shippingPause.wake()
      savingPause.wake()
      await withTimeout(Promise.all([running, saving]), stepTimeout, ignore)
      await withTimeout(heldStreams.release().catch(ignore), stepTimeout, ignore)
      await withTimeout(sink.transport.close().catch(ignore), stepTimeout, ignore)
    },
    stats: () => ({
      name: sink.name,
      kind: sink.kind,
      ...heldStreams.lag(),
      ...counts,
      problem:
        deliveryState.message ?? (positionState.message && `its position cannot be saved: ${positionState.message}`),
    }),
  }
}

interface Pause {
  /** Waits until `wake` is called, but not longer than the interval. */
  begin(): Promise<void>
  /** Ends the pause. Without a pause, ends the next one at once, so that no call of `wake` is lost. */
  wake(): void
}

function createPause(milliseconds: number): Pause {
  let woken = new AbortController()
  return {
    async begin() {
      await wait(milliseconds, undefined, { signal: woken.signal, ref: false }).catch(ignore)
      woken = new AbortController()
    },
    wake: () => woken.abort(),
  }
}

function ignore() {}
