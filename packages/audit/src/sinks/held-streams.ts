import { randomUUID } from 'node:crypto'
import type { RecentEvents } from './recent-events.ts'
import type { HeldStream, SinkPositions } from './sink-positions.ts'

/** How far a stream was shipped to a sink. Times are monotonic milliseconds, except `eventTime`. */
export interface Cursor extends HeldStream {
  seq: number
  /** The `seq` that the database has. */
  saved: number
  savedAt: number
  finished: boolean
  /** The number of the last known event. */
  last: number
  /** Time of the next event, else of the previous event, else of the claim. In milliseconds since the epoch. */
  eventTime: number
  /** Do not look for events before this time. */
  notBefore: number
  /** Since when the next events have waited for a fuller batch; null if they do not wait. */
  lingersSince: number | null
}

export interface HeldStreamsOptions {
  readonly sink: string
  readonly recent: RecentEvents
  readonly positions: SinkPositions
  readonly clock: { now(): number }
  /** A monotonic clock, in milliseconds. */
  readonly elapsed: () => number
  /** Milliseconds that a stream stays held without an update. */
  readonly hold: number
}

/** The streams that this process ships to one sink. */
export interface HeldStreams {
  all(): Cursor[]
  /** Adds a stream of this process. @returns whether it is new */
  addOwn(stream: string): boolean
  /** Whether a stream of this process is not claimed yet. */
  readonly hasUnclaimed: boolean
  /** Claims streams that no process ships, and updates the last numbers of streams of other processes. */
  claim(): Promise<void>
  /** Saves the progress and extends the hold. Releases streams that are finished or belong to another process. */
  save(): Promise<void>
  /** Saves the progress, and releases all streams. */
  release(): Promise<void>
  lastOf(cursor: Cursor): number
  lag(): { readonly lagEvents: number; readonly lagSeconds: number }
}

export function createHeldStreams({ sink, recent, positions, clock, elapsed, hold }: HeldStreamsOptions): HeldStreams {
  const holder = randomUUID()
  const cursors = new Map<string, Cursor>()
  const ownStreams = new Set<string>()

  function unclaimed(): string[] {
    return [...ownStreams].filter((stream) => !cursors.has(stream))
  }

  function begin(held: HeldStream) {
    if (cursors.has(held.stream)) return
    const known = { saved: held.seq, savedAt: elapsed(), last: held.seq, eventTime: clock.now() }
    cursors.set(held.stream, { ...held, ...known, finished: false, notBefore: 0, lingersSince: null })
  }

  async function saveProgress(due: readonly Cursor[], length: number) {
    if (due.length === 0) return
    const progress = due.map(({ stream, seq, finished }) => ({ stream, seq, finished }))
    const held = new Set(await positions.save(sink, holder, progress, length))
    for (const { stream, seq, finished } of progress) {
      const cursor = cursors.get(stream)
      if (cursor) Object.assign(cursor, { saved: seq, savedAt: elapsed() })
      if (!finished && held.has(stream)) continue
      cursors.delete(stream)
      ownStreams.delete(stream)
    }
  }

  function lastOf({ stream, last }: Cursor): number {
    return Math.max(last, recent.lastOf(stream) ?? 0)
  }

  return {
    all: () => [...cursors.values()],
    addOwn(stream) {
      if (ownStreams.has(stream) || cursors.has(stream)) return false
      ownStreams.add(stream)
      return true
    },
    get hasUnclaimed() {
      return unclaimed().length > 0
    },
    async claim() {
      for (const held of await positions.claim(sink, holder, unclaimed(), hold)) begin(held)
      for (const cursor of cursors.values()) {
        if (recent.lastOf(cursor.stream) === null) cursor.last = Math.max(cursor.last, await positions.lastSeq(cursor))
      }
    },
    async save() {
      const renewBefore = elapsed() - hold / 3
      const isDue = ({ seq, saved, savedAt, finished }: Cursor) => seq !== saved || finished || savedAt < renewBefore
      await saveProgress([...cursors.values()].filter(isDue), hold)
    },
    release: () => saveProgress([...cursors.values()], 0),
    lastOf,
    lag() {
      const behind = [...cursors.values()].filter((cursor) => lastOf(cursor) > cursor.seq)
      const eventTimes = behind.map(({ stream, seq, eventTime }) => recent.momentAfter(stream, seq) ?? eventTime)
      return {
        lagEvents: behind.reduce((sum, cursor) => sum + lastOf(cursor) - cursor.seq, 0),
        lagSeconds: behind.length === 0 ? 0 : Math.max(0, (clock.now() - Math.min(...eventTimes)) / 1_000),
      }
    },
  }
}
