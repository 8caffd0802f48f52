import type { CommandRule, JudgedMode } from './types.ts'

/** Whether a rule is for what is started so. An attached run's command comes with the exec in it, so a rule for attached runs permits that exec. */
export function isForMode({ modes }: CommandRule, mode: JudgedMode): boolean {
  if (modes === undefined) return true
  return mode === 'own-exec' ? modes.includes('exec') || modes.includes('attached') : modes.includes(mode)
}

/** Whether it comes into a process that is there already. */
export function isExec(mode: JudgedMode): boolean {
  return mode === 'exec' || mode === 'own-exec'
}
