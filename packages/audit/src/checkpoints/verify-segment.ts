import type { StreamHead } from '@rack-gateway/audit-proof'
import type { Sql } from 'postgres'
import type { ChainProblem } from '../events/chain.ts'
import { boundsOf, monthAt } from '../months/month.ts'
import { createTree, type Tree } from '../tree/tree.ts'
import { readPosition, type StatedPosition } from '../verify/event-position.ts'
import type { LogRecord } from '../verify/export-line.ts'
import { createStreamCheck, genesisDigest, type StreamCheck } from '../verify/stream-check.ts'
import { recordsOfStream } from '../verify/stream-records.ts'

/** The first event of a stream in the database that does not continue the signed events. */
export interface BrokenStream {
  readonly stream: string
  readonly seq: number
  readonly problem: ChainProblem | 'unreadable' | 'root' | 'truncated'
}

export interface VerifiedSegment {
  readonly check: StreamCheck
  /** Number of events that were added to the tree. */
  readonly verified: number
  readonly broken: BrokenStream | null
}

export interface SegmentStart {
  /** The tree to continue from; null to start with the first event. */
  readonly storedTree: Pick<Tree, 'size' | 'peaks'> | null
  readonly signed: StreamHead | null
}

/** Events per query. */
const pageSize = 500

/**
 * Verifies the chain of a stream's events after the stored tree, and the signed root.
 *
 * @param onPage called after each page of events
 */
export async function verifySegment(
  sql: Sql,
  stream: { readonly id: string; readonly month: Date },
  { storedTree, signed }: SegmentStart,
  onPage: () => void,
): Promise<VerifiedSegment> {
  const startTree = storedTree ?? createTree()
  const month = boundsOf(monthAt(stream.month.getTime()))
  let check = createStreamCheck({ tree: startTree, hash: genesisDigest })
  let verified = 0
  let broken: BrokenStream | null = null

  function fail(problem: BrokenStream['problem'], seq = check.size + 1): void {
    broken = { stream: stream.id, seq, problem }
  }

  /** Checks the first event of a page. The tree already has this event, so only its hash is needed. */
  function continueFrom({ hash }: LogRecord, seq: number): void {
    if (seq !== check.size) fail('truncated', check.size)
    else if (verified === 0) check = createStreamCheck({ tree: startTree, hash })
  }

  function addEvent(record: LogRecord, position: StatedPosition): void {
    const problem = check.add(record, position)
    if (problem === null) verified++
    if (problem !== null) fail(problem)
    else if (check.size === signed?.size && check.tree.root() !== signed.root) fail('root', 1)
  }

  /** A page begins with the last verified event, so that no page boundary hides another event with the same number. */
  function verifyPage(records: readonly (LogRecord | null)[]): void {
    let expectsRepeat = check.size > 0
    if (expectsRepeat && records.length === 0) fail('truncated', check.size)
    for (const record of records) {
      const position = record && readPosition(record)
      if (record === null || position === null || position.stream !== stream.id) fail('unreadable')
      else if (expectsRepeat) continueFrom(record, position.seq)
      else addEvent(record, position)
      if (broken !== null) return
      expectsRepeat = false
    }
  }

  for (;;) {
    const page = { stream: stream.id, month, first: Math.max(1, check.size), limit: pageSize }
    const records = await recordsOfStream(sql, page)
    verifyPage(records)
    onPage()
    if (broken !== null || records.length < pageSize) break
  }
  if (broken === null && check.size < (signed?.size ?? 0)) fail('truncated')
  return { check, verified, broken }
}
