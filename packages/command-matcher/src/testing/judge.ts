import { defaultRules } from '../default-rules.ts'
import { matchCommand } from '../match.ts'
import { compileRules } from '../rules.ts'
import { splitCommand } from '../split.ts'
import type { CommandCall, CommandVerdict } from '../types.ts'

const rules = compileRules(defaultRules)

/** Judges a command text by the default rules: a deployer's detached run on `command`, unless said otherwise. */
export function judge(command: string, change: Partial<CommandCall> = {}): CommandVerdict {
  const split = splitCommand(command)
  if ('error' in split) return { effect: 'deny', rule: 'unreadable', reason: split.error }
  const call = { service: 'command', app: 'web', rack: 'staging', mode: 'detached', roles: ['deployer'] } as const
  return matchCommand(rules, { ...call, argv: split.argv, ...change })
}
