import { Refused } from '../errors.ts'
import { askEffective } from './ask-effective.ts'
import { keep } from './kept-answer.ts'
import { lastingRefusal } from './lasting-refusal.ts'
import { neededCalls, plannedCommand } from './planned-command.ts'
import type { Asked } from './precheck.ts'
import { refusalWords } from './refusal-words.ts'
import { readSnapshotAgain } from './snapshot.ts'

/** Asks the gateway what holds now, and decides a command's calls by it. Without an answer, the command passes. @throws Refused */
export async function judgeAnew({ context, target, words, standing, file, kept }: Asked): Promise<void> {
  const plan = plannedCommand(words, standing)
  const calls = neededCalls(plan)
  if (plan.kind !== 'calls' || calls.length === 0) return
  const snapshot = kept && readSnapshotAgain(kept.text)
  const known = { file, kept: snapshot !== null && kept?.isWhole() ? kept : null }
  const answer = await askEffective(target, known.kept?.tag ?? null)
  const newest = keep(known, answer, context.now) ?? (answer.kind === 'same' ? snapshot : null)
  if (answer.kind === 'none' || newest === null) return
  const refusal = lastingRefusal(newest, calls, answer.at)
  if (refusal !== null) throw new Refused(...refusalWords(plan.command, refusal))
}
