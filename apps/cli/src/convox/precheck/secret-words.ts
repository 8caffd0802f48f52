import { redactCommand } from '@rack-gateway/convox-api'
import type { PlannedCall } from '@rack-gateway/convox-api/commands'
import { commandWords, compilePolicy, evaluateScenarios } from '@rack-gateway/rbac-policy'
import type { Snapshot } from './snapshot.ts'

/** Whether the gateway would redact a word of the call's command. */
export function hasSecretWords(call: PlannedCall, snapshot: Snapshot, at: number): boolean {
  // All scenarios have the same command.
  const [scenario] = evaluateScenarios({ ...snapshot, at, address: null }, call)
  const words = scenario?.call == null ? null : commandWords(scenario.call)
  if (words === null) return false
  return redactCommand(words, { isSecret: compilePolicy(snapshot.document).isSecretParameter, rackToken: '' }) !== words
}
