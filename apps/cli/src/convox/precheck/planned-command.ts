import { type CommandPlan, type PlannedCall, planCommand } from '@rack-gateway/convox-api/commands'
import type { AppContext } from './app-context.ts'

/** Some or all calls of a command. */
export interface CallsOfCommand {
  /** The command's name. */
  readonly command: string
  /** At least one. */
  readonly calls: readonly PlannedCall[]
}

/** @param appContext null if the app is uncertain */
export function plannedCommand(words: readonly string[], appContext: AppContext | null): CommandPlan {
  if (appContext === null) return { kind: 'unknown', reason: 'the directory has two names, and each names an app' }
  // The input can only add environment values, which do not change whether a call is denied.
  return planCommand(words, { ...appContext, rack: 'chosen', input: 'stream' })
}

/**
 * The calls that a command needs. Includes calls that open a proxy: convox continues without a proxy, but reports a
 * denial only as "bad handshake".
 *
 * @returns null if the command needs no calls, or if its calls are unknown
 */
export function neededCalls(plan: CommandPlan): CallsOfCommand | null {
  const calls = plan.kind === 'calls' ? plan.calls.filter(isNeeded) : []
  return plan.kind === 'calls' && calls.length > 0 ? { command: plan.command, calls } : null
}

function isNeeded({ essential, route }: PlannedCall): boolean {
  return essential || route.permission === 'proxy:open'
}

/** Whether a denial of the call would stop the command. Convox repeats a call for each service that the rack names. */
export function mayStopCommand(call: PlannedCall): boolean {
  return isNeeded(call) || call.repeated
}
