import { Refused } from '../errors.ts'
import { askEffective } from './ask-effective.ts'
import { keep } from './kept-answer.ts'
import { firstRefusal, lastingRefusal } from './lasting-refusal.ts'
import { plannedCommand } from './planned-command.ts'
import type { Asked } from './precheck.ts'
import { refusalSentence } from './refusal-sentence.ts'
import { isMemorable } from './remembered.ts'
import { readSnapshotAgain } from './snapshot.ts'

/** Plans a command and decides its calls. @returns whether it may be remembered that it passed. @throws Refused */
export async function judge({ context, target, words, standing, file, kept }: Asked): Promise<'memorable' | 'passing'> {
  const plan = plannedCommand(words, standing)
  const calls = plan.kind === 'calls' ? plan.calls.filter(({ essential }) => essential) : []
  if (plan.kind !== 'calls' || calls.length === 0) return 'passing'
  const snapshot = kept && readSnapshotAgain(kept.text)
  if (snapshot !== null && firstRefusal(snapshot, calls, context.now) === null)
    return isMemorable(words, plan.calls, snapshot) ? 'memorable' : 'passing'

  const known = { file, kept: snapshot !== null && kept?.isWhole() ? kept : null }
  const answer = await askEffective(target, known.kept?.tag ?? null)
  const newest = keep(known, answer, context.now) ?? (answer.kind === 'same' ? snapshot : null)
  if (answer.kind === 'none' || newest === null) return 'passing'
  const refusal = lastingRefusal(newest, calls, answer.at)
  if (refusal !== null) throw new Refused(refusalSentence(plan.command, refusal))
  return 'passing'
}
