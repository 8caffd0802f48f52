import { firstRefusal } from './lasting-refusal.ts'
import { neededCalls, plannedCommand } from './planned-command.ts'
import type { Asked } from './precheck.ts'
import { isMemorable } from './remembered.ts'
import { readSnapshotAgain } from './snapshot.ts'
import type { FoundAnswer } from './snapshot-file.ts'

/** What is known of a command by what is kept: that it passes, and may be remembered so; that it passes; that it may be refused. */
export type Verdict = 'memorable' | 'passing' | 'doubtful'

/** Plans a command and decides its calls by what is kept, which can only permit. */
export function judge({ context, words, standing }: Asked, kept: FoundAnswer): Verdict {
  const plan = plannedCommand(words, standing)
  const calls = neededCalls(plan)
  if (plan.kind !== 'calls' || calls.length === 0) return 'passing'
  const snapshot = readSnapshotAgain(kept.text)
  if (snapshot === null || firstRefusal(snapshot, calls, context.now) !== null) return 'doubtful'
  return isMemorable(words, plan.calls, snapshot) ? 'memorable' : 'passing'
}
