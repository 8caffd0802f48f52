import { auditCommands, auditGroup } from './audit.ts'
import { canCommand } from './can.ts'
import { ciCommands, ciGroup } from './ci.ts'
import type { Command, CommandGroup } from './definition.ts'
import { evidenceCommands } from './evidence.ts'
import { loginCommands } from './login.ts'
import { policyCommands, policyGroup } from './policy.ts'
import { recordingCommands } from './recordings.ts'
import { sessionCommands, sessionGroup } from './sessions.ts'

/** Every command of our own. Parsing, help, docs/reference/cli.md and the manual are made from it. */
export const commands: readonly Command[] = [
  ...loginCommands,
  ...sessionCommands,
  canCommand,
  ...policyCommands,
  ...auditCommands,
  ...evidenceCommands,
  ...recordingCommands,
  ...ciCommands,
]

/** Those that share a first word. */
export const groups: readonly CommandGroup[] = [sessionGroup, policyGroup, auditGroup, ciGroup]

export function commandsOf({ name }: CommandGroup): Command[] {
  return commands.filter((command) => command.name.startsWith(`${name} `))
}
