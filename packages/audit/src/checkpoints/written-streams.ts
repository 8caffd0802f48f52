import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RecordedEvent } from '../recorded-event.ts'
import { leafOf } from '../tree/hashing.ts'
import { createTree, type Tree } from '../tree/tree.ts'
import type { Checkpoint, StreamHead } from './checkpoint.ts'

/** A checkpoint that does not match what this process wrote. */
export interface HeadMismatch {
  readonly stream: string
  readonly number: number
  readonly size: number
  /**
   * `root`: other events. `more`: events that this process did not write. `absent`: the stream is missing. `short`: its
   * last events are missing.
   */
  readonly problem: 'root' | 'more' | 'absent' | 'short'
}

/** Compares checkpoints with the events that this process wrote, without reading them again. */
export interface WrittenStreams {
  /** Only adds the events to a list. They are hashed at the next checkpoint. */
  add(events: readonly RecordedEvent[]): void
  /** One call at a time. Callers do not wait for it. @returns new mismatches, each once */
  compare(checkpoint: Checkpoint): Promise<HeadMismatch[]>
  /** The largest number of unsigned events in one stream. */
  unsigned(): number
  /** From now on events go to the fallback file, so an unsigned stream is not a mismatch. */
  onFallbackStart(): void
  /** All events are in the database again. @param at milliseconds since the epoch */
  onFallbackEnd(at: number): void
  isInFallback(): boolean
}

interface WrittenStream {
  readonly tree: Tree
  /** Chain hashes of events that are not in the tree yet. */
  waiting: Buffer[]
  /** Time of the oldest of them. */
  since: number
  /** A signed head beyond the known events, which may only be a moment ahead. */
  ahead: { readonly head: StreamHead; readonly number: number } | null
  /** A signed head that lacks our last events, and since when. Events from a fallback file are signed later. */
  behind: { readonly size: number; readonly at: number } | null
  /** `done`: no longer compared. */
  state: 'open' | 'closed' | 'done'
}

/** Events that are hashed in one turn of the event loop, which takes a millisecond. */
const treeBatch = 250
/** Milliseconds for clock differences and the duration of a round. */
const signingDelay = 5 * 60_000

/**
 * @param mostWaiting limit of the list; beyond it, hashes are added to the tree early, and a checkpoint before that
 * point cannot be compared
 */
export function createWrittenStreams(mostWaiting = 200_000): WrittenStreams {
  const streams = new Map<string, WrittenStream>()
  let away = false

  function streamOf(id: string, moment: number): WrittenStream {
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

  async function compareHead(
    own: WrittenStream,
    head: StreamHead,
    { number, at }: Checkpoint,
  ): Promise<HeadMismatch | null> {
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
    while (own.tree.size < head.size) {
      addToTree(own, Math.min(treeBatch, head.size - own.tree.size))
      await nextTurn()
    }
    // Meanwhile so many events can have been added that the tree is larger.
    return own.tree.size > head.size || own.tree.root() === head.root
      ? null
      : { stream, number, size: head.size, problem: 'root' }
  }

  return {
    add(events) {
      for (const event of events) {
        const own = streamOf(event.position.stream, event.position.moment)
        if (own.state === 'done') continue
        if (own.waiting.length === 0) own.since = event.position.moment
        own.waiting.push(event.hash)
        if (own.waiting.length > mostWaiting) addToTree(own, treeBatch)
        if (event.column('kind') === 'stream.closed') own.state = 'closed'
      }
    },
    async compare(checkpoint) {
      const signed = new Map(checkpoint.heads.map((head) => [head.stream, head]))
      const foreign: HeadMismatch[] = []
      for (const [stream, own] of streams) {
        if (own.state === 'done') continue
        const head = signed.get(stream)
        const found = head
          ? await compareHead(own, head, checkpoint)
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
    onFallbackStart() {
      away = true
    },
    onFallbackEnd(at) {
      away = false
      for (const own of streams.values()) own.since = Math.max(own.since, at)
    },
    isInFallback: () => away,
  }
}

/** The stream is not signed, although its events are old enough. */
function isAbsent({ waiting, since }: WrittenStream, { at }: Checkpoint): boolean {
  return waiting.length > 0 && since < Date.parse(at) - signingDelay
}

/** Our last events have been missing for long, and no new ones are signed. */
function isShort(own: WrittenStream, { size }: StreamHead, at: number): boolean {
  if (size >= own.tree.size + own.waiting.length) own.behind = null
  else if (own.behind?.size !== size) own.behind = { size, at }
  return own.behind !== null && at - own.behind.at >= signingDelay
}

function finish(own: WrittenStream): void {
  own.state = 'done'
  own.waiting = []
}

function addToTree(own: WrittenStream, count: number): void {
  for (const hash of own.waiting.splice(0, count)) own.tree.append(leafOf(hash.toString('hex')))
}
