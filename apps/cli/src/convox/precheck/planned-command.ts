import { type CommandPlan, type PlannedCall, planCommand } from '@rack-gateway/convox-api/commands'
import type { AppContext } from './app-context.ts'

/** The calls that a command can't do without, and proxies: convox continues without one, but reports a refusal only as "bad handshake". */
export interface NeededCalls {
  /** The command's name. */
  readonly command: string
  /** At least one. */
  readonly calls: readonly PlannedCall[]
}

/** What a convox command would ask of the gateway, as far as it is certain. @param appContext null where the app is in doubt */
export function plannedCommand(words: readonly string[], appContext: AppContext | null): CommandPlan {
  if (appContext === null) return { kind: 'unknown', reason: 'the directory has two names, and each names an app' }
  // Whether more is read from the input changes no refusal: the environment may always stay as it is.
  return planCommand(words, { ...appContext, rack: 'chosen', input: 'stream' })
}

/** Null for a command without any. */
export function neededCalls(plan: CommandPlan): NeededCalls | null {
  const calls = plan.kind === 'calls' ? plan.calls.filter(isNeeded) : []
  return plan.kind === 'calls' && calls.length > 0 ? { command: plan.command, calls } : null
}

function isNeeded({ essential, route }: PlannedCall): boolean {
  return essential || route.permission === 'proxy:open'
}
