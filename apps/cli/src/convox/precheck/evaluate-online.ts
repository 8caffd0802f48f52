import { Refused } from '../../errors.ts'
import type { Target } from '../../target/target.ts'
import { keep, unchanged } from './cache-policy.ts'
import { certainDenial } from './certain-denial.ts'
import { denialMessage } from './denial-message.ts'
import { fetchEffectivePolicy } from './fetch-effective-policy.ts'
import type { NeededCalls } from './planned-command.ts'
import type { CachedPolicyFile } from './policy-cache-file.ts'
import { readCheckedSnapshot } from './snapshot.ts'

/** Who asks, where, and what is kept of the last answer. */
export interface Asked {
  readonly now: number
  readonly target: Target
  /** Where the answer is kept. */
  readonly path: string
  readonly kept: CachedPolicyFile | null
}

/** Asks the gateway for the policy in force, and decides a command's calls by it. Without an answer, the command passes. @throws Refused */
export async function evaluateOnline(
  { command, calls }: NeededCalls,
  { now, target, path, kept }: Asked,
): Promise<void> {
  const snapshot = kept && readCheckedSnapshot(kept.text)
  const known = { path, kept: snapshot === null ? null : unchanged(kept) }
  const answer = await fetchEffectivePolicy(target, known.kept?.tag ?? null)
  const newest = keep(known, answer, now) ?? (answer.kind === 'same' ? snapshot : null)
  if (answer.kind === 'none' || newest === null) return
  const refusal = certainDenial(newest, calls, answer.at)
  if (refusal !== null) throw new Refused(...denialMessage(command, refusal))
}
