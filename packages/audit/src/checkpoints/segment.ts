import type { Sql } from 'postgres'
import { boundsOf, monthAt } from '../archive/month.ts'
import type { ChainProblem } from '../chain.ts'
import { createTree, type Tree } from '../tree/tree.ts'
import { linesOfMonth } from '../verify/database-log.ts'
import { placeIn } from '../verify/event-place.ts'
import { readExportLine } from '../verify/export-line.ts'
import { createStreamCheck, genesisDigest, type StreamCheck } from '../verify/stream-check.ts'
import type { StreamHead } from './checkpoint.ts'

/** An event in the database that doesn't go on from what was signed. */
export interface BrokenStream {
  readonly stream: string
  readonly seq: number
  readonly problem: ChainProblem | 'unreadable' | 'root' | 'truncated'
}

export interface VerifiedSegment {
  readonly check: StreamCheck
  /** Events that were read. */
  readonly verified: number
  readonly broken: BrokenStream | null
}

export interface SegmentStart {
  /** The tree to go on from; null: from the first event. */
  readonly kept: Pick<Tree, 'size' | 'peaks'> | null
  readonly signed: StreamHead | null
}

/** Reads a stream's events after the tree that was kept, and verifies their chain; and their tree where it was signed. */
export async function verifySegment(
  sql: Sql,
  stream: { readonly id: string; readonly month: Date },
  { kept, signed }: SegmentStart,
): Promise<VerifiedSegment> {
  const from = kept ?? createTree()
  let check = from.size === 0 ? createStreamCheck({ tree: from, hash: genesisDigest }) : null
  let verified = 0
  const done = (problem: BrokenStream['problem'] | null, seq = (check?.size ?? from.size) + 1): VerifiedSegment => ({
    check: check ?? createStreamCheck(),
    verified,
    broken: problem && { stream: stream.id, seq, problem },
  })

  for await (const line of linesOf(sql, stream, Math.max(1, from.size))) {
    const record = readExportLine(Buffer.from(line))
    const place = record && placeIn(record)
    if (record === null || place === null || place.stream !== stream.id) return done('unreadable')
    if (check === null) {
      // The last one that was signed: only its hash is needed to go on.
      if (place.seq !== from.size) return done('truncated', from.size)
      check = createStreamCheck({ tree: from, hash: record.hash })
      continue
    }
    const problem = check.add(record, place)
    if (problem !== null) return done(problem)
    verified++
    if (check.size === signed?.size && check.tree.root() !== signed.root) return done('root', 1)
  }
  if (check === null) return done('truncated', from.size)
  return check.size < (signed?.size ?? 0) ? done('truncated') : done(null)
}

async function* linesOf(
  sql: Sql,
  { id, month }: { readonly id: string; readonly month: Date },
  first: number,
): AsyncGenerator<string> {
  for await (const lines of linesOfMonth(sql, boundsOf(monthAt(month.getTime())), { stream: id, first })) yield* lines
}
