import { hash } from 'node:crypto'
import type { ChainProblem } from '../chain.ts'
import type { Digest } from '../tree/hashing.ts'
import { createTree, type Tree } from '../tree/tree.ts'
import type { SaidPlace } from './event-place.ts'
import type { LogRecord } from './export-line.ts'

/** One stream, checked event by event: its chain, and the tree that comes of it. */
export interface StreamCheck {
  readonly size: number
  readonly tree: Tree
  /** Of the last event. */
  readonly hash: Digest
  /** Whether it has ended with `stream.closed`. */
  readonly closed: boolean
  /** What is wrong with the event in this place; then it isn't taken. */
  add(record: LogRecord, place: SaidPlace): ChainProblem | null
}

export interface CheckedUntil {
  readonly tree: Pick<Tree, 'size' | 'peaks'>
  /** Of the event with that number. */
  readonly hash: Digest
}

/** The `prev` of a stream's first event. */
export const genesisDigest: Digest = '0'.repeat(64)

/** @param from where an earlier check has ended */
export function createStreamCheck(from: CheckedUntil = { tree: createTree(), hash: genesisDigest }): StreamCheck {
  const tree = createTree(from.tree)
  let last = from.hash
  let closed = false
  return {
    tree,
    get size() {
      return tree.size
    },
    get hash() {
      return last
    },
    get closed() {
      return closed
    },
    add(record, { seq, bound }) {
      const { prev, hash: said } = record
      const next = tree.size + 1
      if (seq > next) return 'gap'
      if (seq < next) return 'order'
      if (prev !== last) return 'prev'
      const link = chainHash(last, record)
      if (said !== link) return 'hash'
      if (closed || (seq === 1) !== (bound === 'opens')) return 'bounds'
      tree.append(leafAfter(link))
      // Not what was said: that is a piece of a longer text, which would stay in memory.
      last = link
      closed = bound === 'closes'
      return null
    },
  }
}

/** Zero, a digest, and an event: a leaf is hashed from the first two, the next link from the last two. */
let room = Buffer.allocUnsafeSlow(64 * 1024).fill(0, 0, 1)
const digestEnd = 33
/** The digest that is in it: most times the next event follows the one before. */
let held: Digest = ''

function hold(digest: Digest): void {
  if (digest === held) return
  room.write(digest, 1, 'hex')
  held = digest
}

/** SHA-256(prev ‖ canonical). */
function chainHash(prev: Digest, { line, start, end }: LogRecord): Digest {
  const length = digestEnd + end - start
  if (length > room.length) {
    room = Buffer.allocUnsafeSlow(2 * length).fill(0, 0, 1)
    held = ''
  }
  hold(prev)
  line.copy(room, digestEnd, start, end)
  return hash('sha256', room.subarray(1, length), 'hex')
}

/** As `leafOf`. */
function leafAfter(link: Digest): Digest {
  hold(link)
  return hash('sha256', room.subarray(0, digestEnd), 'hex')
}
