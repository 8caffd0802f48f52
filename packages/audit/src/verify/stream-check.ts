import { hash } from 'node:crypto'
import type { Digest } from '@rack-gateway/audit-proof'
import type { ChainProblem } from '../events/chain.ts'
import { createTree, type Tree } from '../tree/tree.ts'
import type { StatedPosition } from './event-position.ts'
import type { LogRecord } from './export-line.ts'

/** Verifies one stream event by event, and builds its tree. */
export interface StreamCheck {
  readonly size: number
  readonly tree: Tree
  /** Hash of the last event. */
  readonly hash: Digest
  /** Whether the last added event is `stream.closed`. */
  readonly closed: boolean
  /** Adds the next event. @returns the problem of an event that was not added, or null */
  add(record: LogRecord, position: StatedPosition): ChainProblem | null
}

export interface CheckedPart {
  readonly tree: Pick<Tree, 'size' | 'peaks'>
  /** Hash of the last event in the tree. */
  readonly hash: Digest
}

/** The `prev` of a stream's first event. */
export const genesisDigest: Digest = '0'.repeat(64)

/** @param from the end of an earlier check */
export function createStreamCheck(from: CheckedPart = { tree: createTree(), hash: genesisDigest }): StreamCheck {
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
      const { prev, hash: statedHash } = record
      const next = tree.size + 1
      if (seq > next) return 'gap'
      if (seq < next) return 'order'
      if (prev !== last) return 'prev'
      const link = chainHash(last, record)
      if (statedHash !== link) return 'hash'
      if (closed || (seq === 1) !== (bound === 'opens')) return 'bounds'
      tree.append(leafAfter(link))
      // `record.hash` is a slice of a longer text, and would keep that text in memory.
      last = link
      closed = bound === 'closes'
      return null
    },
  }
}

/** A zero byte, a digest, and an event. The first two are hashed for a leaf, the last two for the next chain hash. */
let input = Buffer.allocUnsafeSlow(64 * 1024).fill(0, 0, 1)
const digestEnd = 33
/** The digest in `input`. */
let current: Digest = ''

function setDigest(digest: Digest): void {
  if (digest === current) return
  input.write(digest, 1, 'hex')
  current = digest
}

/** SHA-256(prev ‖ canonical). */
function chainHash(prev: Digest, { line, start, end }: LogRecord): Digest {
  const length = digestEnd + end - start
  if (length > input.length) {
    input = Buffer.allocUnsafeSlow(2 * length).fill(0, 0, 1)
    current = ''
  }
  setDigest(prev)
  line.copy(input, digestEnd, start, end)
  return hash('sha256', input.subarray(1, length), 'hex')
}

/** Like `leafOf`. */
function leafAfter(link: Digest): Digest {
  setDigest(link)
  return hash('sha256', input.subarray(0, digestEnd), 'hex')
}
