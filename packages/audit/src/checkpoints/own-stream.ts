import type { RecordedEvent } from '../recorded-event.ts'
import { leafOf } from '../tree/hashing.ts'
import { createTree, type Tree } from '../tree/tree.ts'
import type { Checkpoint, StreamHead } from './checkpoint.ts'

/** A checkpoint that signs something else than what this process wrote. */
export interface ForeignHead {
  readonly stream: string
  readonly number: number
  readonly size: number
  /** `root`: other events. `more`: events that this process doesn't know. `absent`: the stream isn't signed. `short`: its end isn't. */
  readonly problem: 'root' | 'more' | 'absent' | 'short'
}

/** What this process wrote, held against what is signed, without reading it again. */
export interface OwnStreams {
  /** Costs an entry in a list for each event: hashing waits for the next checkpoint. */
  wrote(events: readonly RecordedEvent[]): void
  /** @returns what can be said by now, each once; what can't, later */
  compare(checkpoint: Checkpoint): ForeignHead[]
  /** Events that no checkpoint has signed yet, in the stream that has most of them. */
  unsigned(): number
  /** From now on events go to a file, where no checkpoint can sign them: a stream that isn't signed is not missed. */
  left(): void
  /** All of them are in the database, since then. @param at milliseconds since the epoch */
  cameBack(at: number): void
  away(): boolean
}

interface OwnStream {
  readonly tree: Tree
  /** Chain hashes of events that aren't in the tree yet. */
  waiting: Buffer[]
  /** Of the oldest one that waits. */
  since: number
  /** Signed heads beyond what this process knows so far, which may only be a moment ahead. */
  ahead: { readonly head: StreamHead; readonly number: number } | null
  /** A signed head that lacks events of ours, and when it was first signed so: what is in the fallback file comes later. */
  behind: { readonly size: number; readonly at: number } | null
  /** `done`: nothing more is to be compared. */
  state: 'open' | 'closed' | 'done'
}

/** Few enough that no caller waits for their hashing, and enough that the list isn't moved up for each event. */
const takenAtOnce = 1_000
/** Milliseconds that the clocks of this process and of the database may differ, and that a round may take. */
const patience = 5 * 60_000

/** @param mostWaiting beyond that, hashes go into the tree before they were compared, and a checkpoint in between can't be */
export function createOwnStreams(mostWaiting = 200_000): OwnStreams {
  const streams = new Map<string, OwnStream>()
  let away = false

  function streamOf(id: string, moment: number): OwnStream {
    const own = streams.get(id) ?? {
      tree: createTree(),
      waiting: [],
      since: moment,
      ahead: null,
      behind: null,
      state: 'open' as const,
    }
    streams.set(id, own)
    return own
  }

  function compareHead(own: OwnStream, head: StreamHead, { number, at }: Checkpoint): ForeignHead | null {
    const { stream } = head
    if (head.state === 'broken') return null
    if (isShort(own, head, Date.parse(at))) return { stream, number, size: head.size, problem: 'short' }
    if (head.size < own.tree.size) return null
    const missing = head.size - own.tree.size
    if (missing > own.waiting.length) {
      const before = own.ahead
      own.ahead ??= { head, number }
      return before === null || before.number === number ? null : { stream, number, size: head.size, problem: 'more' }
    }
    own.ahead = null
    takeIn(own, missing)
    return own.tree.root() === head.root ? null : { stream, number, size: head.size, problem: 'root' }
  }

  return {
    wrote(events) {
      for (const event of events) {
        const own = streamOf(event.place.stream, event.place.moment)
        if (own.state === 'done') continue
        if (own.waiting.length === 0) own.since = event.place.moment
        own.waiting.push(event.hash)
        if (own.waiting.length > mostWaiting) takeIn(own, takenAtOnce)
        if (event.column('kind') === 'stream.closed') own.state = 'closed'
      }
    },
    compare(checkpoint) {
      const signed = new Map(checkpoint.heads.map((head) => [head.stream, head]))
      const foreign: ForeignHead[] = []
      for (const [stream, own] of streams) {
        if (own.state === 'done') continue
        const head = signed.get(stream)
        const found = head
          ? compareHead(own, head, checkpoint)
          : !away && isAbsent(own, checkpoint)
            ? ({ stream, number: checkpoint.number, size: own.tree.size, problem: 'absent' } as const)
            : null
        if (found !== null) foreign.push(found)
        if (own.state === 'closed' && own.waiting.length === 0) streams.delete(stream)
        else if (found !== null) finish(own)
      }
      return foreign
    },
    unsigned: () => Math.max(0, ...[...streams.values()].map(({ waiting }) => waiting.length)),
    left() {
      away = true
    },
    cameBack(at) {
      away = false
      for (const own of streams.values()) own.since = Math.max(own.since, at)
    },
    away: () => away,
  }
}

/** An event of it is old enough to be signed, but the stream isn't. */
function isAbsent({ waiting, since }: OwnStream, { at }: Checkpoint): boolean {
  return waiting.length > 0 && since < Date.parse(at) - patience
}

/** Events of ours have been missing at the end for long, and none of them comes. */
function isShort(own: OwnStream, { size }: StreamHead, at: number): boolean {
  if (size >= own.tree.size + own.waiting.length) own.behind = null
  else if (own.behind?.size !== size) own.behind = { size, at }
  return own.behind !== null && at - own.behind.at >= patience
}

function finish(own: OwnStream): void {
  own.state = 'done'
  own.waiting = []
}

function takeIn(own: OwnStream, count: number): void {
  for (const hash of own.waiting.splice(0, count)) own.tree.append(leafOf(hash.toString('hex')))
}
