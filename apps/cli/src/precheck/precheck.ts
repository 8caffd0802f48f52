import type { Context } from '../context.ts'
import type { Target } from '../target.ts'
import { traceOf } from './remembered.ts'
import { type FoundAnswer, type SnapshotFile, snapshotFile } from './snapshot-file.ts'
import { type Standing, standingAt } from './standing.ts'

/** What may be done while convox runs. */
export interface Passed {
  /** Sees to what is kept, for the next time. Never rejects. @param ended resolves when convox has ended */
  refresh(ended: Promise<void>): Promise<void>
}

/** A command, and what is known where it was typed. */
export interface Asked {
  readonly context: Context
  readonly target: Target
  readonly words: readonly string[]
  readonly standing: Standing
  readonly file: SnapshotFile
  readonly kept: FoundAnswer | null
}

const nothingToDo: Passed = { refresh: async () => undefined }

/** A snapshot that was asked for so lately isn't asked for again while convox runs. */
const recently = 60_000
/** What ends sooner isn't kept waiting by a question of ours, nor by loading what asks it. */
const settled = 250

/**
 * Refuses a convox command that the gateway would certainly refuse, by what is known of the caller's policy. What is known
 * may be old: so it only permits, and before a refusal the gateway is asked whether it still holds. In doubt, or without
 * an answer, the command passes, and the gateway decides. What has passed by what is kept passes by it again at once:
 * policies and plans take most of the time that this takes, and are loaded for what is new.
 *
 * @throws Refused
 */
export async function precheck(context: Context, target: Target, words: readonly string[]): Promise<Passed> {
  const standing = standingAt(context)
  if (standing === null) return nothingToDo
  const file = snapshotFile(context.configPath, target)
  const kept = file.read(context.now)
  const asked = { context, target, words, standing, file, kept }
  if (kept === null) {
    await (await import('./judgement-anew.ts')).judgeAnew(asked)
    return nothingToDo
  }
  const trace = traceOf(words, standing, kept.tag)
  if (file.passed.has(trace)) return afterwards(asked, kept, null)
  const verdict = (await import('./judgement.ts')).judge(asked, kept)
  if (verdict === 'doubtful') await (await import('./judgement-anew.ts')).judgeAnew(asked)
  return afterwards(asked, kept, verdict === 'memorable' ? trace : null)
}

/** @param trace to be remembered; null for none */
function afterwards({ context, target, file }: Asked, kept: FoundAnswer, trace: string | null): Passed {
  return {
    async refresh(ended) {
      if (trace !== null) file.passed.add(trace)
      if (context.now - kept.checkedAt < recently || (await endsWithin(settled, ended))) return
      const { refresh } = await import('./refresh.ts')
      await refresh(context, target, { file, kept }, ended)
    },
  }
}

/** Without an AbortSignal: who makes the first one of a process waits for it a millisecond. */
function endsWithin(milliseconds: number, ended: Promise<void>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), milliseconds)
    void ended.then(() => {
      clearTimeout(timer)
      resolve(true)
    })
  })
}
