import { setTimeout as wait } from 'node:timers/promises'
import { withTimeout } from '@rack-gateway/errors/with-timeout'
import type { BackOffLimits } from './back-off.ts'
import { createDelivery } from './delivery.ts'
import { type Cursor, createHoldings } from './holdings.ts'
import type { SinkPositions } from './positions.ts'
import { fitting, type RecentEvents } from './recent.ts'
import type { Sink, SinkStats } from './sink.ts'
import type { SinkEvent } from './sink-event.ts'
import { createTrouble } from './trouble.ts'

/** All in milliseconds, but for `page`. */
export interface ShipperLimits {
  /** For one attempt. Default 10,000. */
  readonly deadline: number
  /** Between two attempts. Default 250 to 30,000. */
  readonly backOff: BackOffLimits
  /** Until it is kept again how far it has come: so much may come twice after a crash. Default 1,000. */
  readonly look: number
  /** Between two looks for streams that nobody ships, and for what others write. Default 5,000. */
  readonly claim: number
  /** How long a stream stays this process's when nothing more is heard of it. Default 30,000. */
  readonly hold: number
  /** Events read from the database at once. Default 200. */
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

export type SinkNews =
  | { readonly what: 'failing'; readonly cause: unknown }
  | { readonly what: 'recovered' }
  | { readonly what: 'refused'; readonly event: SinkEvent; readonly reason: string }

export interface ShipperOptions {
  readonly sink: Sink
  readonly recent: RecentEvents
  readonly positions: SinkPositions
  readonly clock: { now(): number }
  readonly limits: ShipperLimits
  readonly tell: (news: SinkNews) => void
}

export interface Shipper {
  start(): void
  /** There are new events of this process. */
  wake(streams: Iterable<string>): void
  /** Ships what is left of this process's streams for at most `drain` milliseconds, and lets others have the rest. */
  stop(drain: number): Promise<void>
  stats(): SinkStats
}

/** Milliseconds that each step of an end may take beside the draining. */
const settling = 1_000

/** One sink's own line: nothing that it waits for keeps anybody else waiting. */
export function createShipper({ sink, recent, positions, clock, limits, tell }: ShipperOptions): Shipper {
  const elapsed = () => performance.now()
  const holdings = createHoldings({ sink: sink.name, recent, positions, clock, elapsed, hold: limits.hold })
  const stopping = new AbortController()
  const counts = { delivered: 0, dead: 0, failures: 0 }
  const news = {
    failing: (cause: unknown) => tell({ what: 'failing', cause }),
    recovered: () => tell({ what: 'recovered' }),
  }
  /** With the sink, and with the database that its position is kept in. */
  const delivering = createTrouble(news)
  const keeping = createTrouble(news)
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
      delivering.began(cause)
    },
    onSuccess(events) {
      counts.delivered += events.length
      delivering.isOver()
    },
    async bury(event, reason) {
      await positions.bury(sink.name, event, reason)
      counts.dead++
      tell({ what: 'refused', event, reason })
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

  /** Whether a batch that isn't full should wait for more. */
  function isTooEarly(cursor: Cursor, { seq }: SinkEvent): boolean {
    const { linger = 0 } = sink.transport
    const since = cursor.lingersSince ?? elapsed()
    const isEarly = !draining && seq >= holdings.lastOf(cursor) && elapsed() - since < linger
    cursor.lingersSince = isEarly ? since : null
    if (isEarly) cursor.notBefore = elapsed() + Math.min(limits.look, linger)
    return isEarly
  }

  /** Until it is time to look, or something says that it is. */
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

  /** While `ship` waits for the sink, streams must stay held and their positions be kept. */
  async function lookAgainAndAgain() {
    while (!stopping.signal.aborted) {
      try {
        await holdings.save()
        if (isTimeToClaim()) await claim()
        keeping.isOver()
      } catch (error) {
        notKept(error)
      }
      await pause((wake) => {
        lookNow = wake
      })
    }
  }

  function isTimeToClaim() {
    return !draining && (holdings.areLacking || elapsed() - claimedAt >= limits.claim)
  }

  async function claim() {
    await holdings.claim()
    claimedAt = elapsed()
    wakeUp()
  }

  function notKept(cause: unknown) {
    if (!stopping.signal.aborted) keeping.began(cause)
  }

  return {
    start() {
      running = run()
      looking = lookAgainAndAgain()
    },
    wake(streams) {
      for (const stream of streams) if (holdings.note(stream)) lookNow()
      wakeUp()
    },
    async stop(drain) {
      if (holdings.areLacking) await withTimeout(claim().catch(notKept), settling, ignore)
      draining = true
      wakeUp()
      await withTimeout(running, drain, ignore)
      stopping.abort(new Error('the gateway stops'))
      wakeUp()
      lookNow()
      await withTimeout(Promise.all([running, looking]), settling, ignore)
      await withTimeout(holdings.release().catch(ignore), settling, ignore)
      await withTimeout(sink.transport.close().catch(ignore), settling, ignore)
    },
    stats: () => ({
      name: sink.name,
      kind: sink.kind,
      ...holdings.lag(),
      ...counts,
      trouble: delivering.message ?? (keeping.message && `its position can't be kept: ${keeping.message}`),
    }),
  }
}

function ignore() {}
