import { setTimeout as wait } from 'node:timers/promises'
import { withTimeout } from '@rack-gateway/errors/with-timeout'
import type { BackOffLimits } from './back-off.ts'
import { createDelivery } from './delivery.ts'
import { createFailureState } from './failure-state.ts'
import { type Cursor, createHeldStreams } from './held-streams.ts'
import { fitting, type RecentEvents } from './recent-events.ts'
import type { Sink, SinkStats } from './sink.ts'
import type { SinkEvent } from './sink-event.ts'
import type { SinkPositions } from './sink-positions.ts'

/** In milliseconds, except `page`. */
export interface ShipperLimits {
  /** Timeout of one attempt. Default 10,000. */
  readonly deadline: number
  /** Delay between attempts. Default 250 to 30,000. */
  readonly backOff: BackOffLimits
  /** Interval of saving progress; after a crash, events of this time may be sent twice. Default 1,000. */
  readonly look: number
  /** Interval of claiming free streams, and of looking for events of other processes. Default 5,000. */
  readonly claim: number
  /** Time that a stream stays held without an update. Default 30,000. */
  readonly hold: number
  /** Events per database query. Default 200. */
  readonly page: number
}

export const defaultShipperLimits: ShipperLimits = {
  deadline: 10_000,
  backOff: { least: 250, most: 30_000 },
  look: 1_000,
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
  /** Ships remaining events of this process for at most `drain` milliseconds, and releases its streams. */
  stop(drain: number): Promise<void>
  stats(): SinkStats
}

/** Milliseconds for each other step of `stop`. */
const stepTimeout = 1_000

/** Ships events to one sink, independent of other sinks. */
export function createShipper({ sink, recent, positions, clock, limits, notify }: ShipperOptions): Shipper {
  const elapsed = () => performance.now()
  const holdings = createHeldStreams({ sink: sink.name, recent, positions, clock, elapsed, hold: limits.hold })
  const stopping = new AbortController()
  const counts = { delivered: 0, dead: 0, failures: 0 }
  const news = {
    failing: (cause: unknown) => notify({ what: 'failing', cause }),
    recovered: () => notify({ what: 'recovered' }),
  }
  /** Failures of the sink, and of the database that stores its position. */
  const delivering = createFailureState(news)
  const keeping = createFailureState(news)
  let draining = false
  let claimedAt = Number.NEGATIVE_INFINITY
  let wakeUp = () => {}
  let lookNow = () => {}
  let running: Promise<void> = Promise.resolve()
  let looking: Promise<void> = Promise.resolve()

  const deliver = createDelivery({
    transport: sink.transport,
    deadline: limits.deadline,
    backOff: limits.backOff,
    stop: stopping.signal,
    onFailure(cause) {
      counts.failures++
      delivering.fail(cause)
    },
    onSuccess(events) {
      counts.delivered += events.length
      delivering.recover()
    },
    async storeDeadLetter(event, reason) {
      await positions.storeDeadLetter(sink.name, event, reason)
      counts.dead++
      notify({ what: 'refused', event, reason })
    },
  })

  async function ship() {
    while (!stopping.signal.aborted) {
      let shipped = false
      for (const cursor of holdings.all()) if (await shipSome(cursor)) shipped = true
      if (shipped) continue
      if (draining) return
      await pause((wake) => {
        wakeUp = wake
      })
    }
  }

  async function shipSome(cursor: Cursor): Promise<boolean> {
    if (elapsed() < cursor.notBefore && !draining) return false
    const events = await nextOf(cursor)
    const last = events.at(-1)
    if (!last) return false
    cursor.moment = events[0]?.moment ?? cursor.moment
    if (isTooEarly(cursor, last)) return false
    const wanted = events.filter(({ kind }) => sink.wants(kind))
    if (wanted.length > 0) await deliver(wanted)
    cursor.seq = last.seq
    cursor.moment = last.moment
    if (last.kind === 'stream.closed') cursor.finished = true
    return true
  }

  async function nextOf(cursor: Cursor): Promise<SinkEvent[]> {
    const near = recent.after(cursor.stream, cursor.seq, sink.transport.limits)
    if (near) return near
    if (holdings.lastOf(cursor) <= cursor.seq) return []
    const found = await positions.read(cursor, limits.page)
    if (found.length === 0) cursor.notBefore = elapsed() + limits.look
    return fitting(found, sink.transport.limits)
  }

  /** Whether a partial batch should wait for more events. */
  function isTooEarly(cursor: Cursor, { seq }: SinkEvent): boolean {
    const { linger = 0 } = sink.transport
    const since = cursor.lingersSince ?? elapsed()
    const isEarly = !draining && seq >= holdings.lastOf(cursor) && elapsed() - since < linger
    cursor.lingersSince = isEarly ? since : null
    if (isEarly) cursor.notBefore = elapsed() + Math.min(limits.look, linger)
    return isEarly
  }

  /** Waits for the next interval, or until woken. */
  async function pause(onWake: (wake: () => void) => void) {
    const over = new AbortController()
    onWake(() => over.abort())
    if (!stopping.signal.aborted)
      await wait(limits.look, undefined, { signal: over.signal, ref: false }).catch(() => {})
    onWake(() => {})
  }

  async function run() {
    while (!stopping.signal.aborted) {
      try {
        return await ship()
      } catch (error) {
        notKept(error)
        await pause((wake) => {
          wakeUp = wake
        })
      }
    }
  }

  /** Runs while `ship` waits for the sink, to extend holds and save positions. */
  async function saveAndClaimRepeatedly() {
    while (!stopping.signal.aborted) {
      try {
        await holdings.save()
        if (isTimeToClaim()) await claim()
        keeping.recover()
      } catch (error) {
        notKept(error)
      }
      await pause((wake) => {
        lookNow = wake
      })
    }
  }

  function isTimeToClaim() {
    return !draining && (holdings.hasUnclaimed || elapsed() - claimedAt >= limits.claim)
  }

  async function claim() {
    await holdings.claim()
    claimedAt = elapsed()
    wakeUp()
  }

  function notKept(cause: unknown) {
    if (!stopping.signal.aborted) keeping.fail(cause)
  }

  return {
    start() {
      running = run()
      looking = saveAndClaimRepeatedly()
    },
    wake(streams) {
      for (const stream of streams) if (holdings.note(stream)) lookNow()
      wakeUp()
    },
    async stop(drain) {
      if (holdings.hasUnclaimed) await withTimeout(claim().catch(notKept), stepTimeout, ignore)
      draining = true
      wakeUp()
      await withTimeout(running, drain, ignore)
      stopping.abort(new Error('the gateway stops'))
      wakeUp()
      lookNow()
      await withTimeout(Promise.all([running, looking]), stepTimeout, ignore)
      await withTimeout(holdings.release().catch(ignore), stepTimeout, ignore)
      await withTimeout(sink.transport.close().catch(ignore), stepTimeout, ignore)
    },
    stats: () => ({
      name: sink.name,
      kind: sink.kind,
      ...holdings.lag(),
      ...counts,
      trouble: delivering.message ?? (keeping.message && `its position cannot be saved: ${keeping.message}`),
    }),
  }
}

function ignore() {}
