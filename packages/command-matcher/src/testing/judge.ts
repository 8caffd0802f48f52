import { matchCommand } from '../match.ts'
import { compileRules } from '../rules.ts'
import { splitCommand } from '../split.ts'
import type { CommandCall, CommandVerdict } from '../types.ts'
import { typicalRules } from './rules.ts'

const rules = compileRules(typicalRules)

/** Judges a command text by the typical rules: a deployer's detached run on `command`, unless said otherwise. */
export function judge(command: string, change: Partial<CommandCall> = {}): CommandVerdict {
  const split = splitCommand(command)
  if ('error' in split) return { effect: 'deny', rule: 'unreadable', reason: split.error, remedy: '' }
  const call = { service: 'command', app: 'web', rack: 'staging', mode: 'detached', roles: ['deployer'] } as const
  return matchCommand(rules, { ...call, argv: split.argv, ...change })
}
