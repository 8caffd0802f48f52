import { compileRules } from '../compile-rules.ts'
import { matchCommand } from '../match-command.ts'
import { splitCommand } from '../split-command.ts'
import type { CommandCall, CommandDecision } from '../types.ts'
import { typicalRules } from './typical-rules.ts'

const rules = compileRules(typicalRules)

/** Matches a command against the typical rules, by default as a deployer's detached run on the service `command`. */
export function matchTypical(command: string, change: Partial<CommandCall> = {}): CommandDecision {
  const split = splitCommand(command)
  if ('error' in split) return { effect: 'deny', rule: 'unreadable', reason: split.error, remedy: '' }
  const call = { service: 'command', app: 'web', rack: 'staging', mode: 'detached', roles: ['deployer'] } as const
  return matchCommand(rules, { ...call, argv: split.argv, ...change })
}
