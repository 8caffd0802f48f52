import type { RecordedEvent } from '../recorded-event.ts'
import { leafOf } from '../tree/hashing.ts'
import { createTree, type Tree } from '../tree/tree.ts'
import type { Checkpoint, StreamHead } from './checkpoint.ts'

/** A checkpoint that signs something else than what this process wrote. */
export interface ForeignHead {
  readonly stream: string
  readonly number: number
  readonly size: number
  /** `root`: other events. `more`: events that this process doesn't know. `absent`: the stream isn't signed. */
  readonly problem: 'root' | 'more' | 'absent'
}

/** What this process wrote, held against what is signed, without reading it again. */
export interface OwnStreams {
  /** Costs an entry in a list for each event: hashing waits for the next checkpoint. */
  wrote(events: readonly RecordedEvent[]): void
  /** @returns what can be said by now, each once; what can't, later */
  compare(checkpoint: Checkpoint): ForeignHead[]
  /** Events that no checkpoint has signed yet, in the stream that has most of them. */
  unsigned(): number
}

interface OwnStream {
  readonly tree: Tree
  /** Chain hashes of events that aren't in the tree yet. */
  waiting: Buffer[]
  /** Of the oldest one that waits. */
  since: number
  /** Signed heads beyond what this process knows so far, which may only be a moment ahead. */
  ahead: { readonly head: StreamHead; readonly number: number } | null
  over: boolean
}

/** Beyond that, hashes go into the tree before they were compared, and a checkpoint in between can't be. */
const mostWaiting = 200_000
/** Milliseconds that the clocks of this process and of the database may differ, and that a round may take. */
const patience = 5 * 60_000

export function createOwnStreams(): OwnStreams {
  const streams = new Map<string, OwnStream>()

  function streamOf(id: string, moment: number): OwnStream {
    const known = streams.get(id) ?? { tree: createTree(), waiting: [], since: moment, ahead: null, over: false }
    streams.set(id, known)
    return known
  }

  function compareHead(stream: string, own: OwnStream, head: StreamHead, number: number): ForeignHead | null {
    if (head.state === 'broken' || head.size < own.tree.size) return null
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
      for (const { place, hash, terms } of events) {
        const own = streamOf(place.stream, place.moment)
        if (own.waiting.length === 0) own.since = place.moment
        own.waiting.push(hash)
        if (own.waiting.length > mostWaiting) takeIn(own, own.waiting.length)
        if (terms.kind === 'stream.closed') own.over = true
      }
    },
    compare({ number, at, heads }) {
      const signed = new Map(heads.map((head) => [head.stream, head]))
      const foreign: ForeignHead[] = []
      for (const [stream, own] of streams) {
        const head = signed.get(stream)
        const found = head
          ? compareHead(stream, own, head, number)
          : own.waiting.length > 0 && own.since < Date.parse(at) - patience
            ? ({ stream, number, size: own.tree.size, problem: 'absent' } as const)
            : null
        if (found !== null) foreign.push(found)
        const isDone = own.over && own.waiting.length === 0 && head !== undefined
        if (found !== null || isDone) streams.delete(stream)
      }
      return foreign
    },
    unsigned: () => Math.max(0, ...[...streams.values()].map(({ waiting }) => waiting.length)),
  }
}

function takeIn(own: OwnStream, count: number): void {
  for (const hash of own.waiting.splice(0, count)) own.tree.append(leafOf(hash.toString('hex')))
}
