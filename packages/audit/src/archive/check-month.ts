import type { StreamHead } from '../checkpoints/checkpoint.ts'
import { readCheckpoint } from '../checkpoints/checkpoint.ts'
import type { Digest } from '../tree/hashing.ts'
import { mergeCheckpoints } from '../verify/checkpoint-merge.ts'
import type { Verification } from '../verify/findings.ts'
import { createLogVerifier, type LogVerifierOptions } from '../verify/log-verifier.ts'
import { createLinesDigest } from './digest.ts'

/** A month's checkpoints and events, wherever they are. */
export interface MonthSource {
  /** In the order of their numbers. */
  notes(): AsyncIterable<string>
  /** Export lines by stream and number. */
  lines(onLine: (line: Buffer) => void): Promise<void>
}

export interface CheckedMonth {
  readonly verification: Verification
  /** What the last checkpoint that names a stream has signed of it. */
  readonly heads: ReadonlyMap<string, StreamHead>
  readonly events: number
  /** Over all lines. */
  readonly digest: Digest
}

export interface CheckOptions {
  /** The streams of the month: checkpoints name others too. */
  readonly streams: ReadonlySet<string>
  /** Copies of the same checkpoints from outside; null: there are none. */
  readonly outside: AsyncIterator<string> | null
  /** Is given each event that can be read. */
  readonly onRecord?: LogVerifierOptions['onRecord']
}

/** Verifies a month by itself, as the whole log is verified: chains, trees, signatures, and that nothing is missing or unsigned. */
export async function checkMonth(
  source: MonthSource,
  { streams, outside, onRecord }: CheckOptions,
): Promise<CheckedMonth> {
  const verifier = createLogVerifier({ pinned: null, streams, onRecord })
  const merge = mergeCheckpoints(verifier, outside)
  const heads = new Map<string, StreamHead>()
  for await (const note of source.notes()) {
    for (const head of readCheckpoint(note)?.heads ?? []) if (streams.has(head.stream)) heads.set(head.stream, head)
    await merge.own(note)
  }
  await merge.end()
  const digest = createLinesDigest()
  let events = 0
  await source.lines(function verifyLine(line) {
    events++
    digest.add(line)
    verifier.addEvent(line)
  })
  return { verification: verifier.finish(), heads, events, digest: digest.value }
}
