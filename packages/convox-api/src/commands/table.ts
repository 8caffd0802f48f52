import type { CommandTable, ConvoxCommand } from './command.ts'
import { appCommands } from './table/apps.ts'
import { budgetCommands } from './table/budgets.ts'
import { buildCommands } from './table/builds.ts'
import { certificateCommands } from './table/certificates.ts'
import { configCommands } from './table/configs.ts'
import { diagnoseCommands } from './table/diagnose.ts'
import { environmentCommands } from './table/environment.ts'
import { localCommands } from './table/local.ts'
import { processCommands } from './table/processes.ts'
import { rackCommands } from './table/rack.ts'
import { releaseCommands } from './table/releases.ts'
import { rackResourceCommands, resourceCommands } from './table/resources.ts'
import { serviceCommands } from './table/services.ts'

/** The table of commands, in parts: no name is in two of them. */
export const commandTables: readonly CommandTable[] = [
  appCommands,
  budgetCommands,
  buildCommands,
  certificateCommands,
  configCommands,
  diagnoseCommands,
  environmentCommands,
  processCommands,
  rackCommands,
  releaseCommands,
  resourceCommands,
  rackResourceCommands,
  serviceCommands,
  localCommands,
]

/** Every convox command with what it asks of a rack. Plans and documentation are derived from it. */
export function everyCommand(): ConvoxCommand[] {
  return commandTables.flatMap((table) => Object.entries(table).map(([name, make]) => ({ name, ...make() })))
}
