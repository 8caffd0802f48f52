import type { Accounting } from './audit-store.ts'
import { type EncodedDraft, encode } from './encode.ts'
import { AuditUnavailable, StreamLost } from './errors.ts'
import type { EventDraft } from './event.ts'
import { createLease } from './lease.ts'
import { persist } from './persistence.ts'
import type { RecordedEvent } from './recorded-event.ts'
import { createEventStream, type EventStream, endOfMonth } from './stream.ts'
import { createWaitingLine, type Waiting } from './waiting.ts'
import { type AuditWriter, type AuditWriterOptions, defaultLimits } from './writer-options.ts'

/** A batch that is written alone, because what it says of another stream becomes known with it. */
interface Account {
  readonly by: string
  readonly drafts: readonly EncodedDraft[]
  readonly accounting: Accounting
  resolve(events: readonly RecordedEvent[]): void
  reject(reason: unknown): void
}

/** Does an operation once, or until it succeeds; `refuse` is called when callers should wait no longer. */
type Attempt = (operation: () => Promise<void>, refuse?: (reason: Error) => void) => Promise<void>

interface Durably {
  readonly attempt?: Attempt
  readonly accounting?: Accounting
  readonly refuse?: (reason: Error) => void
  /** Says so to those who wait for it, once the next batch is on its way. */
  readonly answer?: () => void
}

export function createAuditWriter({ store, clock, host, pid, ...options }: AuditWriterOptions): AuditWriter {
  const limits = { ...defaultLimits, ...options.limits }
  const line = createWaitingLine({ events: limits.waiting, characters: limits.waitingCharacters })
  const batchLimits = { events: limits.batch, characters: limits.batchCharacters }
  const accounts: Account[] = []
  const closing = new AbortController()
  const counts = { written: 0, batches: 0, refused: 0 }
  let phase: 'new' | 'open' | 'closing' | 'closed' = 'new'
  let stream: EventStream | null = null
  /** Why the stream can't go on, until another one is begun. */
  let lost: string | null = null
  let overdue = false
  let draining: Promise<void> | null = null
  let lingering: NodeJS.Timeout | undefined
  /** Tells of what became durable last. */
  let telling: (() => void) | null = null
  /** Events at the front that nobody waits for and that have waited long enough. */
  let owed = 0

  const lease = createLease({
    length: limits.lease,
    every: limits.renewEvery,
    elapsed: options.elapsed ?? (() => performance.now()),
    async renew(length) {
      const renewed = stream
      if (!renewed || lost) return 'renewed'
      const answer = await store.renewLease(renewed.id, length)
      return renewed === stream ? answer : 'renewed'
    },
    onLost: () => loseStream('adopted'),
    onExpired: () => refuseWaiting(new AuditUnavailable('the lease of its stream could not be renewed')),
  })

  function take(draft: EventDraft, urgent: boolean): Promise<RecordedEvent> {
    return new Promise((resolve, reject) => {
      check()
      enqueue(draft, urgent, resolve, reject)
    })
  }

  function check(): void {
    if (phase !== 'open') throw new AuditUnavailable('it is not open')
    if (overdue) throw new AuditUnavailable('its store does not answer')
    if (lease.expired) throw new AuditUnavailable('the lease of its stream could not be renewed')
  }

  function enqueue(draft: EventDraft, urgent: boolean, resolve: Waiting['resolve'], reject: Waiting['reject']) {
    line.add({ draft: encode(draft), at: clock.now(), urgent, resolve, reject })
    if (urgent) drainNow()
    else drainLater()
  }

  function drainNow() {
    draining ??= drain()
  }

  function drainLater() {
    if (draining) return
    lingering ??= setTimeout(() => {
      lingering = undefined
      owed = line.length
      drainNow()
    }, limits.linger)
  }

  async function drain() {
    // What is recorded in the same turn of the event loop joins the first batch.
    await null
    try {
      while (lost || accounts.length > 0 || (line.length > 0 && isDue())) await writeNext()
    } catch {
      refuseWaiting(new AuditUnavailable('it was closed before its store answered'))
    } finally {
      tellNow()
      draining = null
      owed = 0
      if (line.length > 0) drainLater()
    }
  }

  /** Whether what waits should be written. Events that nobody waits for wait for company. */
  function isDue(): boolean {
    return line.urgent > 0 || owed > 0 || phase !== 'open'
  }

  async function writeNext() {
    try {
      if (lost || !stream) return await beginStream(clock.now(), untilDurable, { follows: stream?.id, because: lost })
      const account = accounts.shift()
      if (account) return await writeAccount(stream, account)
      const first = line.first()
      if (first && !stream.holds(first.at)) return await rollOver(stream, first.at)
      await writeBatch(stream)
    } catch (error) {
      if (!(error instanceof StreamLost)) throw error
      lost = error.message
    }
  }

  async function writeBatch(current: EventStream) {
    const batch = line.take(batchLimits, (waiting) => current.holds(waiting.at))
    const events = batch.map(({ draft, at }) => current.seal(draft, at))
    owed -= batch.length
    let promised = true
    const refuse = (reason: Error) => {
      promised = false
      counts.refused += batch.length
      for (const waiting of batch) waiting.reject(reason)
    }
    const answer = () =>
      events.forEach((event, index) => {
        if (promised) batch[index]?.resolve(event)
        else disown(event)
      })
    try {
      await makeDurable(current.id, events, { refuse, answer })
    } catch (error) {
      if (promised) refuse(new AuditUnavailable('its stream was lost'))
      throw error
    }
    counts.written += events.length
    counts.batches++
  }

  /** Every event comes by here, and so does whoever is told of what is durable. */
  async function makeDurable(
    id: string,
    events: readonly RecordedEvent[],
    { attempt = untilDurable, accounting, refuse, answer }: Durably = {},
  ) {
    await attempt(() => store.append(id, events, accounting), refuse)
    tellNow()
    telling = () => {
      options.onDurable?.(events)
      answer?.()
    }
    // What its callers do next would keep the store waiting: the next batch goes first.
    if (answer && line.length > 0) setImmediate(tellNow)
    else tellNow()
  }

  function tellNow() {
    const tell = telling
    telling = null
    tell?.()
  }

  async function writeAccount(current: EventStream, { by, drafts, accounting, resolve, reject }: Account) {
    const at = clock.now()
    if (current.id !== by || !current.holds(at)) {
      reject(new AuditUnavailable(`its stream ${by} has ended`))
      if (!current.holds(at)) await rollOver(current, at)
      return
    }
    const events = drafts.map((draft) => current.seal(draft, at))
    try {
      await makeDurable(current.id, events, { accounting })
    } catch (error) {
      reject(error)
      throw error
    }
    counts.written += events.length
    counts.batches++
    resolve(events)
  }

  /** It became durable after its caller had been refused: the log must not say that the call went on. */
  function disown(event: RecordedEvent) {
    const [kind, request] = [event.column('kind'), event.column('request')]
    if (kind !== 'intent' && kind !== 'opened' && kind !== 'call') return
    const decision = {
      effect: 'deny' as const,
      rule: 'audit-unavailable',
      reason: 'its record was not durable in time',
    }
    try {
      enqueue({ kind: 'refused', of: event.id, decision, ...(request === '' ? {} : { request }) }, true, ignore, ignore)
    } catch {
      // The line is full of new calls: `outcome.unknown` will say as much when the stream is read.
    }
  }

  async function rollOver(current: EventStream, at: number) {
    await endStream(current, 'month')
    await beginStream(at, untilDurable, { follows: current.id, because: 'month' })
  }

  async function endStream(current: EventStream, because: string) {
    const at = Math.min(current.momentOf(clock.now()), endOfMonth(current.month))
    const closed = current.seal(encode({ kind: 'stream.closed', detail: { because } }), at)
    await makeDurable(current.id, [closed])
    await untilDurable(() => store.closeStream(current.id))
  }

  async function beginStream(
    at: number,
    attempt: Attempt,
    { follows, because }: { follows?: string; because?: string | null } = {},
  ) {
    const next = createEventStream(at)
    const row = { id: next.id, month: next.month, host, pid, lease: limits.lease, ...(follows ? { follows } : {}) }
    await attempt(() => store.openStream(row))
    const before = { ...(follows ? { follows } : {}), ...(because ? { because } : {}) }
    const opened = next.seal(encode({ kind: 'stream.opened', detail: { host, pid, ...before } }), at)
    await makeDurable(next.id, [opened], { attempt })
    lease.reset()
    stream = next
    lost = null
  }

  function untilDurable(operation: () => Promise<void>, refuse?: (reason: Error) => void): Promise<void> {
    return persist(operation, {
      deadline: limits.deadline,
      signal: closing.signal,
      onOverdue(cause) {
        overdue = true
        const reason = Object.assign(new AuditUnavailable('its store does not answer'), { cause })
        refuse?.(reason)
        refuseWaiting(reason)
        options.onState?.(cause)
      },
      onRecovered() {
        overdue = false
        options.onState?.(null)
      },
    })
  }

  function refuseWaiting(reason: Error) {
    counts.refused += line.length
    line.rejectAll(reason)
  }

  function loseStream(because: string) {
    lost = because
    drainNow()
  }

  return {
    record: (draft) => take(draft, true),
    recordSoon: (draft) => take(draft, false),
    account: (by, drafts, accounting) =>
      new Promise((resolve, reject) => {
        check()
        accounts.push({ by, drafts: drafts.map(encode), accounting, resolve, reject })
        drainNow()
      }),
    check,
    async open() {
      try {
        await beginStream(clock.now(), (operation) => operation())
      } catch (cause) {
        throw Object.assign(new AuditUnavailable('its stream could not be opened'), { cause })
      }
      phase = 'open'
      lease.start()
    },
    async close() {
      if (phase !== 'open') return
      phase = 'closing'
      clearTimeout(lingering)
      drainNow()
      const timer = setTimeout(() => closing.abort(new AuditUnavailable('it was closed')), limits.deadline)
      while (draining) await draining
      if (stream && !lost && !closing.signal.aborted) await endStream(stream, 'shutdown').catch(() => {})
      clearTimeout(timer)
      lease.stop()
      phase = 'closed'
      for (const { reject } of accounts.splice(0)) reject(new AuditUnavailable('it was closed'))
    },
    stats: () => ({
      ...counts,
      available: phase === 'open' && !overdue && !lease.expired,
      stream: stream?.id ?? null,
      size: stream?.size ?? 0,
      waiting: line.length,
    }),
  }
}

function ignore() {}
