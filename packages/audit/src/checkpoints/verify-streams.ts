import type { Digest, StreamHead } from '@rack-gateway/audit-proof'
import type { Sql } from 'postgres'
import { createTree, foldPeaks, type Tree } from '../tree/tree.ts'
import type { StreamCheck } from '../verify/stream-check.ts'
import { type BrokenStream, verifySegment } from './verify-segment.ts'

/** The verified part of a stream. It has only data, so that a thread can post it. */
export interface VerifiedStream {
  readonly head: StreamHead
  readonly tree: Pick<Tree, 'size' | 'peaks'>
  /** Whether the stream has ended, so that later checkpoints leave it out. */
  readonly settled: boolean
  readonly verified: number
  readonly broken: BrokenStream | null
}

interface Candidate {
  readonly id: string
  readonly month: Date
  readonly abandoned: boolean
  /** Whether the month of the stream is so old that no events will be added. */
  readonly old: boolean
  /** `size` and `peaks` are the stored tree; null if there is none. */
  readonly size: number | null
  readonly peaks: Buffer | null
}

/**
 * Verifies the events of all streams since the last checkpoint.
 *
 * @param signed the heads of that checkpoint
 * @param onProgress called after each page of events
 */
export async function verifyStreams(
  sql: Sql,
  signed: readonly StreamHead[],
  onProgress: () => void = () => {},
): Promise<VerifiedStream[]> {
  const candidates = await sql<Candidate[]>`
    select s.id, s.month, s.adopted_by is not null as abandoned, t.size::float8 as size, t.peaks,
      s.month < date_trunc('month', now() at time zone 'UTC') at time zone 'UTC' - interval '1 month' as old
    from audit.streams s left join audit.trees t on t.stream = s.id
    where t.settled is not true order by s.id`
  const heads = new Map(signed.map((head) => [head.stream, head]))
  const verified: VerifiedStream[] = []
  for (const candidate of candidates) {
    const stream = await verifyStream(sql, candidate, heads.get(candidate.id) ?? null, onProgress)
    if (stream !== null) verified.push(stream)
  }
  return verified
}

async function verifyStream(
  sql: Sql,
  candidate: Candidate,
  signed: StreamHead | null,
  onProgress: () => void,
): Promise<VerifiedStream | null> {
  const storedTree = readStoredTree(candidate, signed)
  const { check, verified, broken } = await verifySegment(sql, candidate, { storedTree, signed }, onProgress)
  // The stream exists, but its first event is not there yet.
  if (check.size === 0 && signed === null && broken === null) return null
  const good =
    broken === null ? { size: check.size, root: check.tree.root(), tree: check.tree } : lastGoodTree(signed, storedTree)
  const state = broken === null ? stateOf(candidate, check) : 'broken'
  return {
    head: { stream: candidate.id, size: good.size, root: good.root, state },
    tree: { size: good.tree.size, peaks: good.tree.peaks },
    settled: state === 'closed' || (state === 'abandoned' && candidate.old),
    verified,
    broken,
  }
}

function stateOf({ abandoned, old }: Candidate, { closed }: StreamCheck): StreamHead['state'] {
  if (closed) return 'closed'
  return abandoned || old ? 'abandoned' : 'open'
}

/** The stored tree if it matches the signed root; otherwise null, so that the tree is rebuilt from the first event. */
function readStoredTree({ size, peaks }: Candidate, signed: StreamHead | null): Pick<Tree, 'size' | 'peaks'> | null {
  if (size === null || peaks === null || signed === null || signed.size !== size) return null
  const digests: Digest[] = []
  for (let start = 0; start < peaks.length; start += 32) digests.push(peaks.toString('hex', start, start + 32))
  return foldPeaks(digests) === signed.root ? { size, peaks: digests } : null
}

function lastGoodTree(signed: StreamHead | null, storedTree: Pick<Tree, 'size' | 'peaks'> | null) {
  const emptyTree = createTree()
  if (signed === null) return { size: 0, root: emptyTree.root(), tree: emptyTree }
  return { size: signed.size, root: signed.root, tree: storedTree ?? emptyTree }
}
