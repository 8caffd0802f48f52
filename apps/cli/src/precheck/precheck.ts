import { setTimeout } from 'node:timers/promises'
import type { Context } from '../context.ts'
import { Refused } from '../errors.ts'
import type { Target } from '../target.ts'
import { askEffective, type EffectiveAnswer } from './ask-effective.ts'
import { firstRefusal, lastingRefusal } from './lasting-refusal.ts'
import { plannedCommand } from './planned-command.ts'
import { refusalSentence } from './refusal-sentence.ts'
import { readSnapshot, readSnapshotAgain, type Snapshot } from './snapshot.ts'
import { type KeptAnswer, type SnapshotFile, snapshotFile } from './snapshot-file.ts'

/** What may be done while convox runs. */
export interface Passed {
  /** Asks the gateway whether what was decided by still holds, for the next time. Never rejects. */
  refresh(leaving: AbortSignal): Promise<void>
}

const nothingToDo: Passed = { refresh: async () => undefined }

/** A snapshot that was asked for so lately isn't asked for again while convox runs. */
const recently = 60_000

/** What ends sooner isn't kept waiting by a question of ours. */
const settled = 250

/**
 * Refuses a convox command that the gateway would certainly refuse, by what is known of the caller's policy. What is known
 * may be old: so it only permits, and before a refusal the gateway is asked whether it still holds. In doubt, or without
 * an answer, the command passes, and the gateway decides.
 *
 * @throws Refused
 */
export async function precheck(context: Context, target: Target, words: readonly string[]): Promise<Passed> {
  const plan = plannedCommand(context, words)
  const calls = plan.kind === 'calls' ? plan.calls.filter(({ essential }) => essential) : []
  if (plan.kind !== 'calls' || calls.length === 0) return nothingToDo
  const file = snapshotFile(context.configPath, target)
  const kept = file.read(context.now)
  const snapshot = kept && readSnapshotAgain(kept.text)
  if (kept !== null && snapshot !== null && firstRefusal(snapshot, calls, context.now) === null) {
    return context.now - kept.checkedAt < recently ? nothingToDo : refreshing(context, target, { file, kept })
  }

  const known = { file, kept: snapshot !== null && kept?.isWhole() ? kept : null }
  const answer = await askEffective(target, known.kept?.tag ?? null)
  const newest = keep(known, answer, context.now) ?? (answer.kind === 'same' ? snapshot : null)
  if (answer.kind === 'none' || newest === null) return nothingToDo
  const refusal = lastingRefusal(newest, calls, answer.at)
  if (refusal !== null) throw new Refused(refusalSentence(plan.command, refusal))
  return nothingToDo
}

function refreshing({ now }: Context, target: Target, known: Known): Passed {
  return {
    async refresh(leaving) {
      if (await endsWithin(settled, leaving)) return
      keep(known, await askEffective(target, known.kept?.tag ?? null, leaving), now)
    },
  }
}

function endsWithin(milliseconds: number, leaving: AbortSignal): Promise<boolean> {
  return setTimeout(milliseconds, false, { signal: leaving }).catch(() => true)
}

interface Known {
  readonly file: SnapshotFile
  readonly kept: KeptAnswer | null
}

/** @returns what is new. Only what can be read is kept */
function keep({ file, kept }: Known, answer: EffectiveAnswer, now: number): Snapshot | null {
  if (answer.kind === 'same' && kept !== null) file.write({ ...kept, checkedAt: now })
  const snapshot = answer.kind === 'changed' ? readSnapshot(answer.text) : null
  if (answer.kind === 'changed' && snapshot !== null) file.write({ tag: answer.tag, text: answer.text, checkedAt: now })
  return snapshot
}
