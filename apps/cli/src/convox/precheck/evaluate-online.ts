import { Refused } from '../../errors.ts'
import type { Target } from '../../target/target.ts'
import { askEffective } from './ask-effective.ts'
import { lastingRefusal } from './certain-denial.ts'
import { denialMessage } from './denial-message.ts'
import { keep, unchanged } from './kept-answer.ts'
import type { NeededCalls } from './planned-command.ts'
import { readSnapshotAgain } from './snapshot.ts'
import type { FoundAnswer } from './snapshot-file.ts'

/** Who asks, where, and what is kept of the last answer. */
export interface Asked {
  readonly now: number
  readonly target: Target
  /** Where the answer is kept. */
  readonly path: string
  readonly kept: FoundAnswer | null
}

/** Asks the gateway for the policy in force, and decides a command's calls by it. Without an answer, the command passes. @throws Refused */
export async function evaluateOnline(
  { command, calls }: NeededCalls,
  { now, target, path, kept }: Asked,
): Promise<void> {
  const snapshot = kept && readSnapshotAgain(kept.text)
  const known = { path, kept: snapshot === null ? null : unchanged(kept) }
  const answer = await askEffective(target, known.kept?.tag ?? null)
  const newest = keep(known, answer, now) ?? (answer.kind === 'same' ? snapshot : null)
  if (answer.kind === 'none' || newest === null) return
  const refusal = lastingRefusal(newest, calls, answer.at)
  if (refusal !== null) throw new Refused(...denialMessage(command, refusal))
}
