import { AuditUnavailable, StreamLost } from '../errors/errors.ts'
import { type EncodedDraft, encode } from '../events/encode.ts'
import type { EventDraft } from '../events/event.ts'
import type { RecordedEvent } from '../events/recorded-event.ts'
import { endOfMonth } from '../months/calendar-month.ts'
import type { AdoptionProgress } from './audit-store.ts'
import { createLease } from './lease.ts'
import { createRetryUntilDone } from './retry-until-done.ts'
import { createEventStream, type EventStream } from './stream.ts'
import { createWriteQueue, type QueuedEvent } from './write-queue.ts'
import { type AuditWriter, type AuditWriterOptions, defaultLimits } from './writer-options.ts'

/** A batch of events with the progress of an adoption, which must be committed together. */
interface AdoptionBatch {
  /** The stream that the batch belongs to. */
  readonly adopterStream: string
  readonly drafts: readonly EncodedDraft[]
  readonly progress: AdoptionProgress
  resolve(events: readonly RecordedEvent[]): void
  reject(reason: unknown): void
}

/** Runs an operation once or with retries. `rejectCallers` is called when callers should stop waiting. */
type Attempt = (operation: () => Promise<void>, rejectCallers?: (reason: Error) => void) => Promise<void>

interface DurableOptions {
  readonly attempt?: Attempt
  readonly progress?: AdoptionProgress
  readonly rejectCallers?: (reason: Error) => void
  /** Resolves the promises of the callers. If more events wait, the next batch is sent first. */
  readonly resolveCallers?: () => void
}

export function createAuditWriter({ store, clock, host, pid, ...options }: AuditWriterOptions): AuditWriter {
  const limits = { ...defaultLimits, ...options.limits }
  const queue = createWriteQueue({ events: limits.waiting, characters: limits.waitingCharacters })
  const batchLimits = { events: limits.batch, characters: limits.batchCharacters }
  const adoptionBatches: AdoptionBatch[] = []
  const closing = new AbortController()
  const counts = { written: 0, batches: 0, refused: 0 }
  let phase: 'new' | 'open' | 'closing' | 'closed' = 'new'
  let stream: EventStream | null = null
  /** Why the stream was lost, until another one is opened. */
  let lossReason: string | null = null
  /** Whether the store missed its deadline. */
  let storeTimedOut = false
  let flushing: Promise<void> | null = null
  let lingerTimer: NodeJS.Timeout | undefined
  /** Notifies of the last durable batch. */
  let pendingNotification: (() => void) | null = null
  /** Events at the front of the queue whose linger time is over. */
  let dueEvents = 0

  const retryUntilDone = createRetryUntilDone({
    deadline: limits.deadline,
    signal: closing.signal,
    onRecovered() {
      storeTimedOut = false
      options.onState?.(null)
    },
  })

  const lease = createLease({
    length: limits.lease,
    every: limits.renewEvery,
    elapsed: options.elapsed ?? (() => performance.now()),
    async renew(length) {
      const renewed = stream
      if (!renewed || lossReason) return 'renewed'
      const result = await store.renewLease(renewed.id, length)
      return renewed === stream ? result : 'renewed'
    },
    onLost: () => loseStream('adopted'),
    onExpired: () => rejectQueue(new AuditUnavailable('the lease of its stream could not be renewed')),
  })

  function append(draft: EventDraft, urgent: boolean): Promise<RecordedEvent> {
    return new Promise((resolve, reject) => {
      check()
      enqueue(draft, urgent, resolve, reject)
    })
  }

  function check(): void {
    if (phase !== 'open') throw new AuditUnavailable('it is not open')
    if (storeTimedOut) throw new AuditUnavailable('its store does not answer')
    if (lease.expired) throw new AuditUnavailable('the lease of its stream could not be renewed')
  }

  function enqueue(draft: EventDraft, urgent: boolean, resolve: QueuedEvent['resolve'], reject: QueuedEvent['reject']) {
    queue.add({ draft: encode(draft), at: clock.now(), urgent, resolve, reject })
    if (urgent) flushNow()
    else flushLater()
  }

  function flushNow() {
    flushing ??= flush()
  }

  function flushLater() {
    if (flushing) return
    lingerTimer ??= setTimeout(() => {
      lingerTimer = undefined
      dueEvents = queue.length
      flushNow()
    }, limits.linger)
  }

  async function flush() {
    // Events of the same turn of the event loop join the first batch.
    await null
    try {
      while (lossReason || adoptionBatches.length > 0 || (queue.length > 0 && isDue()))
        await writeNext().catch(noteLoss)
    } catch {
      rejectQueue(new AuditUnavailable('it was closed before its store answered'))
    } finally {
      notifyNow()
      flushing = null
      dueEvents = 0
      if (queue.length > 0) flushLater()
    }
  }

  /** Events without a waiting caller are batched for up to `linger` milliseconds. */
  function isDue(): boolean {
    return queue.urgentEvents > 0 || dueEvents > 0 || phase !== 'open'
  }

  function writeNext(): Promise<void> {
    if (lossReason || !stream)
      return beginStream(clock.now(), untilDurable, { follows: stream?.id, because: lossReason })
    const adoptionBatch = adoptionBatches.shift()
    if (adoptionBatch) return writeAdoptionBatch(stream, adoptionBatch)
    const first = queue.first()
    if (first && !stream.isInMonth(first.at)) return rollOver(stream, first.at)
    return writeBatch(stream)
  }

  function noteLoss(error: unknown) {
    if (!(error instanceof StreamLost)) throw error
    lossReason = error.message
  }

  async function writeBatch(current: EventStream) {
    const batch = queue.take(batchLimits, (waiting) => current.isInMonth(waiting.at))
    const events = batch.map(({ draft, at }) => current.seal(draft, at))
    dueEvents -= batch.length
    let callersWaiting = true
    const rejectCallers = (reason: Error) => {
      callersWaiting = false
      counts.refused += batch.length
      for (const waiting of batch) waiting.reject(reason)
    }
    const resolveCallers = () =>
      events.forEach((event, index) => {
        if (callersWaiting) batch[index]?.resolve(event)
        else recordDenial(event)
      })
    try {
      await makeDurable(current.id, events, { rejectCallers, resolveCallers })
    } catch (error) {
      if (callersWaiting) rejectCallers(new AuditUnavailable('its stream was lost'))
      throw error
    }
    counts.written += events.length
    counts.batches++
  }

  /** Writes a batch. Every event passes through this function. */
  async function makeDurable(
    id: string,
    events: readonly RecordedEvent[],
    { attempt = untilDurable, progress, rejectCallers, resolveCallers }: DurableOptions = {},
  ) {
    await attempt(() => store.append(id, events, progress), rejectCallers)
    notifyNow()
    pendingNotification = () => {
      options.onDurable?.(events)
      resolveCallers?.()
    }
    // Sends the next batch first, because the callers' work would delay it.
    if (resolveCallers && queue.length > 0) setImmediate(notifyNow)
    else notifyNow()
  }

  function notifyNow() {
    const notify = pendingNotification
    pendingNotification = null
    notify?.()
  }

  async function writeAdoptionBatch(
    current: EventStream,
    { adopterStream, drafts, progress, resolve, reject }: AdoptionBatch,
  ) {
    const at = clock.now()
    if (current.id !== adopterStream || !current.isInMonth(at)) {
      reject(new AuditUnavailable(`its stream ${adopterStream} has ended`))
      if (!current.isInMonth(at)) await rollOver(current, at)
      return
    }
    const events = drafts.map((draft) => current.seal(draft, at))
    try {
      await makeDurable(current.id, events, { progress })
    } catch (error) {
      reject(error)
      throw error
    }
    counts.written += events.length
    counts.batches++
    resolve(events)
  }

  /** The call was denied, because its event became durable only after its caller was rejected. */
  function recordDenial(event: RecordedEvent) {
    const [kind, request] = [event.column('kind'), event.column('request')]
    // Only events of these kinds allow a call.
    if (kind !== 'intent' && kind !== 'opened' && kind !== 'call') return
    const decision = {
      effect: 'deny' as const,
      rule: 'audit-unavailable',
      reason: 'its event was not durable before the deadline',
    }
    try {
      enqueue({ kind: 'refused', of: event.id, decision, ...(request === '' ? {} : { request }) }, true, ignore, ignore)
    } catch {
      // The queue is full. If the stream is adopted, an `intent` or `opened` event gets an `outcome.unknown` instead.
    }
  }

  async function rollOver(current: EventStream, at: number) {
    await endStream(current, 'month')
    await beginStream(at, untilDurable, { follows: current.id, because: 'month' })
  }

  async function endStream(current: EventStream, because: string) {
    const at = Math.min(current.nextEventTime(clock.now()), endOfMonth(current.month))
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
    const origin = { ...(follows ? { follows } : {}), ...(because ? { because } : {}) }
    const opened = next.seal(
      encode({ kind: 'stream.opened', detail: { host, pid, ...origin, ...options.openedDetail?.() } }),
      at,
    )
    await makeDurable(next.id, [opened], { attempt })
    lease.reset()
    stream = next
    lossReason = null
  }

  function untilDurable(operation: () => Promise<void>, rejectCallers?: (reason: Error) => void): Promise<void> {
    return retryUntilDone(operation, (cause) => {
      storeTimedOut = true
      const reason = Object.assign(new AuditUnavailable('its store does not answer'), { cause })
      rejectCallers?.(reason)
      rejectQueue(reason)
      options.onState?.(cause)
    })
  }

  function rejectQueue(reason: Error) {
    counts.refused += queue.length
    queue.rejectAll(reason)
  }

  function loseStream(because: string) {
    lossReason = because
    flushNow()
  }

  return {
    record: (draft) => append(draft, true),
    recordSoon: (draft) => append(draft, false),
    recordAdoption: (adopterStream, drafts, progress) =>
      new Promise((resolve, reject) => {
        check()
        adoptionBatches.push({ adopterStream, drafts: drafts.map(encode), progress, resolve, reject })
        flushNow()
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
      clearTimeout(lingerTimer)
      flushNow()
      const timer = setTimeout(() => closing.abort(new AuditUnavailable('it was closed')), limits.deadline)
      while (flushing) await flushing
      if (stream && !lossReason && !closing.signal.aborted) await endStream(stream, 'shutdown').catch(() => {})
      clearTimeout(timer)
      lease.stop()
      phase = 'closed'
      for (const { reject } of adoptionBatches.splice(0)) reject(new AuditUnavailable('it was closed'))
    },
    stats: () => ({
      ...counts,
      available: phase === 'open' && !storeTimedOut && !lease.expired,
      stream: stream?.id ?? null,
      size: stream?.size ?? 0,
      waiting: queue.length,
    }),
  }
}

function ignore() {}
