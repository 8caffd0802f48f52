import type { Sql } from 'postgres'
import { boundsOf, monthAt } from '../archive/month.ts'
import type { ChainProblem } from '../chain.ts'
import { createTree, type Tree } from '../tree/tree.ts'
import { linesOfMonth } from '../verify/database-log.ts'
import { readPosition } from '../verify/event-position.ts'
import { readExportLine } from '../verify/export-line.ts'
import { createStreamCheck, genesisDigest, type StreamCheck } from '../verify/stream-check.ts'
import type { StreamHead } from './checkpoint.ts'

/** An event in the database that does not continue what was signed. */
export interface BrokenStream {
  readonly stream: string
  readonly seq: number
  readonly problem: ChainProblem | 'unreadable' | 'root' | 'truncated'
}

export interface VerifiedSegment {
  readonly check: StreamCheck
  /** Number of events that were read. */
  readonly verified: number
  readonly broken: BrokenStream | null
}

export interface SegmentStart {
  /** The tree to continue from; null to start with the first event. */
  readonly kept: Pick<Tree, 'size' | 'peaks'> | null
  readonly signed: StreamHead | null
}

/** Verifies the chain of a stream's events after the stored tree, and the signed root. */
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
    const place = record && readPosition(record)
    if (record === null || place === null || place.stream !== stream.id) return done('unreadable')
    if (check === null) {
      // The last signed event. Only its hash is needed to continue.
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
