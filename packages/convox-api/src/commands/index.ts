export type { ConvoxCommand, Effect } from './command.ts'
export { allCommands } from './command-tables.ts'
export { findCommand } from './find-command.ts'
export type { Flag } from './flags.ts'
export { planCommand } from './plan-command.ts'
export { planRoute, type RouteCall } from './plan-route.ts'
export { dependsOnProcess } from './planned-call.ts'
export type { Field, Step } from './step.ts'
export type {
  CommandContext,
  CommandPlan,
  PlannedCall,
  PlannedCommand,
  PlannedEnvironment,
  PlannedProcess,
  PlannedRelease,
} from './types.ts'
export { commandCarriers, isUnpredictable } from './types.ts'
