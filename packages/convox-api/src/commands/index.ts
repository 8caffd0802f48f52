export { allCommands } from './command-tables.ts'
export type { ConvoxCommand, Effect } from './definition/command.ts'
export type { Flag } from './definition/flags.ts'
export type { Field, Step } from './definition/step.ts'
export type {
  CommandContext,
  CommandPlan,
  PlannedCall,
  PlannedCommand,
  PlannedEnvironment,
  PlannedProcess,
  PlannedRelease,
} from './definition/types.ts'
export { commandCarriers, isUnpredictable } from './definition/types.ts'
export { findCommand } from './find-command.ts'
export { planCommand } from './plan-command.ts'
export { planRoute, type RouteCall } from './plan-route.ts'
export { dependsOnProcess } from './planned-call.ts'
