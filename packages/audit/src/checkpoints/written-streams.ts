import { setImmediate as nextTurn } from 'node:timers/promises'
import type { StreamHead } from '@rack-gateway/audit-proof'
import type { RecordedEvent } from '../events/recorded-event.ts'
import type { Checkpoint } from '../signed-notes/checkpoint.ts'
import { leafOf } from '../tree/hashing.ts'
import { createTree, type Tree } from '../tree/tree.ts'

/** A stream in a checkpoint that does not match what this process wrote. */
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
  /** Adds the events to a list. They are hashed at the next checkpoint, or earlier if too many wait. */
  add(events: readonly RecordedEvent[]): void
  /** Compares in short turns, so that other work does not wait. One call at a time. @returns new mismatches */
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
  /** Time of the event that was added while `waiting` was empty, or of the last `onFallbackEnd` if that is later. */
  since: number
  /** A head with more events than this process wrote. A mismatch only if the next checkpoint also has more events. */
  ahead: { readonly head: StreamHead; readonly number: number } | null
  /**
   * A signed head that lacks the last events of this process: its size, and the time of the first checkpoint with this
   * size. It becomes a mismatch only after `signingDelay`, because events from a fallback file are signed later.
   */
  behind: { readonly size: number; readonly at: number } | null
  /** `done`: no longer compared. */
  state: 'open' | 'closed' | 'done'
}

/** Events that are hashed in one turn of the event loop, which takes a millisecond. */
const treeBatch = 250
/** Milliseconds after which unsigned events count as missing. Allows for clock differences and slow checkpoints. */
const signingDelay = 5 * 60_000

/**
 * @param mostWaiting limit of `waiting`. Beyond this limit, the oldest hashes are added to the tree early. Then a
 *   checkpoint that signs fewer events than the tree has cannot be compared
 */
export function createWrittenStreams(mostWaiting = 200_000): WrittenStreams {
  const streams = new Map<string, WrittenStream>()
  let inFallback = false

  function streamOf(id: string, moment: number): WrittenStream {
    const written = streams.get(id) ?? {
      tree: createTree(),
      waiting: [],
      since: moment,
      ahead: null,
      behind: null,
      state: 'open' as const,
    }
    streams.set(id, written)
    return written
  }

  async function compareHead(
    written: WrittenStream,
    head: StreamHead,
    { number, at }: Checkpoint,
  ): Promise<HeadMismatch | null> {
    const { stream } = head
    if (head.state === 'broken') return null
    if (isShort(written, head, Date.parse(at))) return { stream, number, size: head.size, problem: 'short' }
    if (head.size < written.tree.size) return null
    const missing = head.size - written.tree.size
    if (missing > written.waiting.length) {
      const previous = written.ahead
      written.ahead ??= { head, number }
      return previous === null || previous.number === number
        ? null
        : { stream, number, size: head.size, problem: 'more' }
    }
    written.ahead = null
    while (written.tree.size < head.size) {
      addToTree(written, Math.min(treeBatch, head.size - written.tree.size))
      await nextTurn()
    }
    // `add` may have grown the tree further meanwhile.
    return written.tree.size > head.size || written.tree.root() === head.root
      ? null
      : { stream, number, size: head.size, problem: 'root' }
  }

  return {
    add(events) {
      for (const event of events) {
        const written = streamOf(event.position.stream, event.position.moment)
        if (written.state === 'done') continue
        if (written.waiting.length === 0) written.since = event.position.moment
        written.waiting.push(event.hash)
        if (written.waiting.length > mostWaiting) addToTree(written, treeBatch)
        if (event.column('kind') === 'stream.closed') written.state = 'closed'
      }
    },
    async compare(checkpoint) {
      const signed = new Map(checkpoint.heads.map((head) => [head.stream, head]))
      const mismatches: HeadMismatch[] = []
      for (const [stream, written] of streams) {
        if (written.state === 'done') continue
        const head = signed.get(stream)
        const found = head
          ? await compareHead(written, head, checkpoint)
          : !inFallback && isAbsent(written, checkpoint)
            ? ({ stream, number: checkpoint.number, size: written.tree.size, problem: 'absent' } as const)
            : null
        if (found !== null) mismatches.push(found)
        if (written.state === 'closed' && written.waiting.length === 0) streams.delete(stream)
        else if (found !== null) finish(written)
      }
      return mismatches
    },
    unsigned: () => Math.max(0, ...[...streams.values()].map(({ waiting }) => waiting.length)),
    onFallbackStart() {
      inFallback = true
    },
    onFallbackEnd(at) {
      inFallback = false
      for (const written of streams.values()) written.since = Math.max(written.since, at)
    },
    isInFallback: () => inFallback,
  }
}

function isAbsent({ waiting, since }: WrittenStream, { at }: Checkpoint): boolean {
  return waiting.length > 0 && since < Date.parse(at) - signingDelay
}

function isShort(written: WrittenStream, { size }: StreamHead, at: number): boolean {
  if (size >= written.tree.size + written.waiting.length) written.behind = null
  else if (written.behind?.size !== size) written.behind = { size, at }
  return written.behind !== null && at - written.behind.at >= signingDelay
}

function finish(written: WrittenStream): void {
  written.state = 'done'
  written.waiting = []
}

function addToTree(written: WrittenStream, count: number): void {
  for (const hash of written.waiting.splice(0, count)) written.tree.append(leafOf(hash.toString('hex')))
}
