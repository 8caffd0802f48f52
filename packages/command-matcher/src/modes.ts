import type { CommandRule, MatchMode } from './types.ts'

/** Whether a rule applies to this mode. A rule for attached runs also applies to the exec in the caller's own run. */
export function isForMode({ modes }: CommandRule, mode: MatchMode): boolean {
  if (modes === undefined) return true
  return mode === 'own-exec' ? modes.includes('exec') || modes.includes('attached') : modes.includes(mode)
}

/** Whether the command runs in an existing process. */
export function isExec(mode: MatchMode): boolean {
  return mode === 'exec' || mode === 'own-exec'
}
