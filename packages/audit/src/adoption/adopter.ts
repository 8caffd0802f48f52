import type { EventDraft } from '../event.ts'
import type { AuditWriter } from '../writer-options.ts'
import type { AdoptedStream, Adoptions } from './adoptions.ts'
import { abandonedDraft, unknownOutcomeDraft } from './drafts.ts'

export interface AdopterOptions {
  readonly adoptions: Adoptions
  readonly writer: Pick<AuditWriter, 'account' | 'stats'>
  /** Milliseconds between two looks, give or take half. Default 10,000. */
  readonly every?: number
  /** Done before each look; when it fails, nothing is adopted. */
  readonly before?: () => Promise<void>
  readonly onAdopted?: (stream: AdoptedStream) => void
  readonly onError?: (cause: unknown) => void
}

export interface AdopterStats {
  /** Streams whose adoption was finished here. */
  readonly adopted: number
  /** Calls of which it was said that nobody knows how they ended. */
  readonly unknown: number
  /** Why the last look failed; null: it did not. */
  readonly failure: string | null
}

export interface Adopter {
  /** Looks now, and from then on at intervals. */
  start(): void
  /** Adopts all that is to be adopted. One look at a time. @throws what the store or the writer throws */
  look(): Promise<void>
  /** Resolves when the look that is under way has ended. */
  stop(): Promise<void>
  stats(): AdopterStats
}

/**
 * Finds streams that nobody writes any more and says in our own where they end. What is said of a stream and how far it was said
 * are one commit, under our stream's own lock: whoever goes on after us, because we are gone, too, begins where we have ended.
 */
export function createAdopter({
  adoptions,
  writer,
  every = 10_000,
  before,
  onAdopted,
  onError,
}: AdopterOptions): Adopter {
  const counts = { adopted: 0, unknown: 0 }
  let failure: string | null = null
  let looking: Promise<void> | null = null
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  async function adoptAll() {
    await before?.()
    while (!stopped) {
      const { stream: by, available } = writer.stats()
      if (by === null || !available) return
      const found = await adoptions.claim(by)
      if (found === null) return
      await accountFor(found, by)
      counts.adopted++
      onAdopted?.(found)
    }
  }

  async function accountFor(found: AdoptedStream, by: string) {
    const say = (drafts: readonly EventDraft[], upTo: number, complete: boolean) =>
      writer.account(by, drafts, { stream: found.id, upTo, complete })
    const from = found.accounted ?? 0
    if (found.accounted === null) await say([abandonedDraft(found)], 0, false)
    if (found.before && from === 0) {
      const last = await adoptions.lastOf(found.before)
      await eachPage(found.before, { from, last }, (drafts) => say(drafts, 0, false))
    }
    const { seq: last } = found.last
    await eachPage(found, { from, last }, (drafts, upTo) => say(drafts, upTo, upTo === last))
  }

  async function eachPage(
    stream: Pick<AdoptedStream, 'id' | 'month'>,
    { from, last }: { readonly from: number; readonly last: number },
    say: (drafts: readonly EventDraft[], upTo: number) => Promise<unknown>,
  ) {
    let after = from
    do {
      const { events, upTo } = await adoptions.openCalls(stream, after)
      after = Math.min(upTo, last)
      await say(events.map(unknownOutcomeDraft), after)
      counts.unknown += events.length
    } while (after < last)
  }

  async function look() {
    looking ??= adoptAndNote().finally(() => {
      looking = null
    })
    await looking
  }

  async function adoptAndNote() {
    try {
      await adoptAll()
      failure = null
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error)
      throw error
    }
  }

  async function lookAndWait() {
    await look().catch(onError)
    if (!stopped) timer = setTimeout(lookAndWait, every * (0.5 + Math.random())).unref()
  }

  return {
    start: () => void lookAndWait(),
    look,
    async stop() {
      stopped = true
      clearTimeout(timer)
      await looking?.catch(() => {})
    },
    stats: () => ({ ...counts, failure }),
  }
}
