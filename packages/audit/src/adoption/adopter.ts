import type { EventDraft } from '../events/event.ts'
import type { AuditWriter } from '../log/writer-options.ts'
import { abandonedDraft, unknownOutcomeDraft } from './adoption-events.ts'
import type { AdoptedStream, AdoptionStore } from './adoption-store.ts'

export interface AdopterOptions {
  readonly adoptions: AdoptionStore
  readonly writer: Pick<AuditWriter, 'recordAdoption' | 'stats'>
  /** Average milliseconds between two searches for expired streams. Default 10,000. */
  readonly every?: number
  /** Runs before each search. If it fails, nothing is adopted. */
  readonly beforeSearch?: () => Promise<void>
  readonly onAdopted?: (stream: AdoptedStream) => void
  readonly onError?: (cause: unknown) => void
}

export interface AdopterStats {
  /** Streams whose adoption this process finished. */
  readonly adopted: number
  /** Calls for which this process recorded `outcome.unknown`. */
  readonly unknown: number
  /** Why the last search failed, or null. */
  readonly failure: string | null
}

export interface Adopter {
  /** Searches at once, and then periodically. */
  start(): void
  /**
   * Adopts all expired streams. Ends without an error if the writer is unavailable. Concurrent calls share one run.
   * @throws the error of the store, the writer, or `beforeSearch`
   */
  adoptExpired(): Promise<void>
  /** Resolves when the current run has ended. */
  stop(): Promise<void>
  stats(): AdopterStats
}

/**
 * Adopts streams whose process is gone. An adoption stops the old writer, records where the stream ends, and records an
 * `outcome.unknown` event for each unfinished call. Events and adoption progress are committed together, so another
 * process can continue after a crash.
 */
export function createAdopter({
  adoptions,
  writer,
  every = 10_000,
  beforeSearch,
  onAdopted,
  onError,
}: AdopterOptions): Adopter {
  const counts = { adopted: 0, unknown: 0 }
  let failure: string | null = null
  let currentRun: Promise<void> | null = null
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  async function adoptAll() {
    await beforeSearch?.()
    while (!stopped) {
      const { stream: ownStream, available } = writer.stats()
      if (ownStream === null || !available) return
      const claimed = await adoptions.claim(ownStream)
      if (claimed === null) return
      await recordUnknownOutcomes(claimed, ownStream)
      counts.adopted++
      onAdopted?.(claimed)
    }
  }

  async function recordUnknownOutcomes(claimed: AdoptedStream, ownStream: string) {
    const record = (drafts: readonly EventDraft[], upTo: number, complete: boolean) =>
      writer.recordAdoption(ownStream, drafts, { stream: claimed.id, upTo, complete })
    const from = claimed.outcomesRecordedUpTo ?? 0
    if (claimed.outcomesRecordedUpTo === null) await record([abandonedDraft(claimed)], 0, false)
    // An adoption records no progress for the previous month's stream. So after a crash, that stream is searched again.
    // The search skips calls that already have an outcome.
    if (claimed.previousMonthStream && from === 0) {
      const last = await adoptions.lastSeq(claimed.previousMonthStream)
      await eachPage(claimed.previousMonthStream, { from, last }, (drafts) => record(drafts, 0, false))
    }
    const { seq: last } = claimed.last
    await eachPage(claimed, { from, last }, (drafts, upTo) => record(drafts, upTo, upTo === last))
  }

  async function eachPage(
    stream: Pick<AdoptedStream, 'id' | 'month'>,
    { from, last }: { readonly from: number; readonly last: number },
    record: (drafts: readonly EventDraft[], upTo: number) => Promise<unknown>,
  ) {
    let after = from
    do {
      const { events, upTo } = await adoptions.openCalls(stream, after)
      after = Math.min(upTo, last)
      await record(events.map(unknownOutcomeDraft), after)
      counts.unknown += events.length
    } while (after < last)
  }

  async function adoptExpired() {
    currentRun ??= adoptAndNoteFailure().finally(() => {
      currentRun = null
    })
    await currentRun
  }

  async function adoptAndNoteFailure() {
    try {
      await adoptAll()
      failure = null
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error)
      throw error
    }
  }

  async function adoptAndWait() {
    await adoptExpired().catch(onError)
    if (!stopped) timer = setTimeout(adoptAndWait, every * (0.5 + Math.random())).unref()
  }

  return {
    start: () => void adoptAndWait(),
    adoptExpired,
    async stop() {
      stopped = true
      clearTimeout(timer)
      await currentRun?.catch(() => {})
    },
    stats: () => ({ ...counts, failure }),
  }
}
