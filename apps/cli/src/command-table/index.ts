import { alarmCommands } from './alarms.ts'
import { auditCommands, auditGroup } from './audit.ts'
import { bindingCommands, bindingGroup } from './bindings.ts'
import { canCommand } from './can.ts'
import { ciCommands, ciGroup } from './ci.ts'
import { completionCommands, completionGroup } from './completion.ts'
import type { Command, CommandGroup, CommandTable } from './definition.ts'
import { diagnosisCommands } from './diagnosis.ts'
import { evidenceCommands } from './evidence.ts'
import { commandsInGroup, findCommand } from './find-command.ts'
import { loginCommands } from './login.ts'
import { policyCommands, policyGroup } from './policy.ts'
import { recordingCommands } from './recordings.ts'
import { serviceAccountCommands, serviceAccountGroup } from './service-accounts.ts'
import { sessionCommands, sessionGroup } from './sessions.ts'
import { tokenCommands, tokenGroup } from './tokens.ts'
import { trustCommands, trustGroup } from './trusts.ts'
import { userCommands, userGroup } from './users.ts'

/** Every command of our own. Parsing, help, docs/reference/cli.md and the manual are made from it. */
export const commands: readonly Command[] = [
  ...loginCommands,
  ...sessionCommands,
  ...tokenCommands,
  canCommand,
  ...policyCommands,
  ...auditCommands,
  ...evidenceCommands,
  ...alarmCommands,
  ...recordingCommands,
  ...userCommands,
  ...bindingCommands,
  ...serviceAccountCommands,
  ...trustCommands,
  ...ciCommands,
  ...completionCommands(() => commandTable),
  ...diagnosisCommands,
]

/** Those that share a first word. */
export const groups: readonly CommandGroup[] = [
  sessionGroup,
  tokenGroup,
  policyGroup,
  auditGroup,
  userGroup,
  bindingGroup,
  serviceAccountGroup,
  trustGroup,
  ciGroup,
  completionGroup,
]

export const commandTable: CommandTable = { commands, groups }

export function commandNamed(name: string): Command | undefined {
  return findCommand(commandTable, name)
}

export function commandsOf(group: CommandGroup): Command[] {
  return commandsInGroup(commandTable, group)
}
