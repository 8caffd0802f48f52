import type { CommandTable, ConvoxCommand } from './definition/command.ts'
import { appCommands } from './tables/apps.ts'
import { budgetCommands } from './tables/budgets.ts'
import { buildCommands } from './tables/builds.ts'
import { certificateCommands } from './tables/certificates.ts'
import { configCommands } from './tables/configs.ts'
import { diagnoseCommands } from './tables/diagnose.ts'
import { environmentCommands } from './tables/environment.ts'
import { localCommands } from './tables/local.ts'
import { processCommands } from './tables/processes.ts'
import { rackCommands } from './tables/rack.ts'
import { releaseCommands } from './tables/releases.ts'
import { rackResourceCommands, resourceCommands } from './tables/resources.ts'
import { serviceCommands } from './tables/services.ts'

/** No command is in two tables. */
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

export function allCommands(): ConvoxCommand[] {
  return commandTables.flatMap((table) => Object.entries(table).map(([name, make]) => ({ name, ...make() })))
}
