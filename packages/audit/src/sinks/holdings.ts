import { randomUUID } from 'node:crypto'
import type { HeldStream, SinkPositions } from './positions.ts'
import type { RecentEvents } from './recent.ts'

/** A stream on its way to a sink. Times are of a clock that never goes back, but for `moment`. */
export interface Cursor extends HeldStream {
  seq: number
  /** `seq` as the database knows it, and when it was told. */
  saved: number
  savedAt: number
  finished: boolean
  /** The last event that is known of. */
  last: number
  /** When the event that comes next was recorded, or the one before it, where nothing nearer is known: milliseconds since the epoch. */
  moment: number
  /** There was nothing to send, or too little: not to be looked for before that. */
  notBefore: number
  /** Since when what comes next waits for company; null: it doesn't. */
  lingersSince: number | null
}

export interface HoldingsOptions {
  readonly sink: string
  readonly recent: RecentEvents
  readonly positions: SinkPositions
  readonly clock: { now(): number }
  /** Milliseconds of a clock that never goes back. */
  readonly elapsed: () => number
  /** Milliseconds that a stream stays held when nothing more is heard. */
  readonly hold: number
}

/** The streams that this process ships to one sink, and what the database knows of that. */
export interface Holdings {
  all(): Cursor[]
  /** Notes a stream of this process. @returns whether it is news */
  note(stream: string): boolean
  /** Whether a stream of this process is not held yet. */
  readonly areLacking: boolean
  /** Takes what nobody ships, and looks how far streams of others have come. */
  claim(): Promise<void>
  /** Keeps how far the sink has come, and holds on. What is finished, or somebody else's by now, is let go. */
  save(): Promise<void>
  /** Keeps it, and lets go of all. */
  release(): Promise<void>
  lastOf(cursor: Cursor): number
  lag(): { readonly lagEvents: number; readonly lagSeconds: number }
}

export function createHoldings({ sink, recent, positions, clock, elapsed, hold }: HoldingsOptions): Holdings {
  const holder = randomUUID()
  const cursors = new Map<string, Cursor>()
  const own = new Set<string>()

  function lacking(): string[] {
    return [...own].filter((stream) => !cursors.has(stream))
  }

  function begin(held: HeldStream) {
    if (cursors.has(held.stream)) return
    const known = { saved: held.seq, savedAt: elapsed(), last: held.seq, moment: clock.now() }
    cursors.set(held.stream, { ...held, ...known, finished: false, notBefore: 0, lingersSince: null })
  }

  async function keep(due: readonly Cursor[], length: number) {
    if (due.length === 0) return
    const progress = due.map(({ stream, seq, finished }) => ({ stream, seq, finished }))
    const held = new Set(await positions.save(sink, holder, progress, length))
    for (const { stream, seq, finished } of progress) {
      const cursor = cursors.get(stream)
      if (cursor) Object.assign(cursor, { saved: seq, savedAt: elapsed() })
      if (!finished && held.has(stream)) continue
      cursors.delete(stream)
      own.delete(stream)
    }
  }

  function lastOf({ stream, last }: Cursor): number {
    return Math.max(last, recent.lastOf(stream) ?? 0)
  }

  return {
    all: () => [...cursors.values()],
    note(stream) {
      if (own.has(stream) || cursors.has(stream)) return false
      own.add(stream)
      return true
    },
    get areLacking() {
      return lacking().length > 0
    },
    async claim() {
      for (const held of await positions.claim(sink, holder, lacking(), hold)) begin(held)
      for (const cursor of cursors.values()) {
        if (recent.lastOf(cursor.stream) === null) cursor.last = Math.max(cursor.last, await positions.lastSeq(cursor))
      }
    },
    async save() {
      const renewBefore = elapsed() - hold / 3
      const isDue = ({ seq, saved, savedAt, finished }: Cursor) => seq !== saved || finished || savedAt < renewBefore
      await keep([...cursors.values()].filter(isDue), hold)
    },
    release: () => keep([...cursors.values()], 0),
    lastOf,
    lag() {
      const behind = [...cursors.values()].filter((cursor) => lastOf(cursor) > cursor.seq)
      const moments = behind.map(({ stream, seq, moment }) => recent.momentAfter(stream, seq) ?? moment)
      return {
        lagEvents: behind.reduce((sum, cursor) => sum + lastOf(cursor) - cursor.seq, 0),
        lagSeconds: behind.length === 0 ? 0 : Math.max(0, (clock.now() - Math.min(...moments)) / 1_000),
      }
    },
  }
}
