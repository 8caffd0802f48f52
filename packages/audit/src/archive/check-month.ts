import type { Digest, StreamHead } from '@rack-gateway/audit-proof'
import { readCheckpoint } from '../signed-notes/checkpoint.ts'
import { mergeCheckpoints } from '../verify/checkpoint-merge.ts'
import type { Verification } from '../verify/findings.ts'
import { createLogVerifier, type LogVerifierOptions } from '../verify/log-verifier.ts'
import { createLinesDigest } from './lines-digest.ts'

/** The checkpoints and events of a month, from the database or an archive. */
export interface MonthSource {
  /** In order of their numbers. */
  notes(): AsyncIterable<string>
  /** Export lines, ordered by stream and number. */
  lines(onLine: (line: Buffer) => void): Promise<void>
}

export interface CheckedMonth {
  readonly verification: Verification
  /** For each stream, the head in the last checkpoint that lists the stream. */
  readonly heads: ReadonlyMap<string, StreamHead>
  readonly events: number
  /** Digest of all lines. */
  readonly digest: Digest
}

export interface CheckOptions {
  /** The streams of the month. Checkpoints may also have other streams. */
  readonly streams: ReadonlySet<string>
  /** External copies of the checkpoints, or null. */
  readonly copies: AsyncIterator<string> | null
  /** Called with each readable event. */
  readonly onRecord?: LogVerifierOptions['onRecord']
}

/** Verifies one month like a whole log. Recent unsigned events are only counted, in `verification.unsigned`. */
export async function checkMonth(
  source: MonthSource,
  { streams, copies, onRecord }: CheckOptions,
): Promise<CheckedMonth> {
  const verifier = createLogVerifier({ pinned: null, streams, onRecord })
  const merge = mergeCheckpoints(verifier, copies)
  const heads = new Map<string, StreamHead>()
  for await (const note of source.notes()) {
    for (const head of readCheckpoint(note)?.heads ?? []) if (streams.has(head.stream)) heads.set(head.stream, head)
    await merge.add(note)
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
