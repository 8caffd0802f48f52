export type { ConvoxCommand, Effect } from './command.ts'
export type { Flag } from './flags.ts'
export { planCommand } from './plan.ts'
export { concernsProcess } from './planned-call.ts'
export { planRoute, type RouteWords } from './route-call.ts'
export type { Field, Step } from './step.ts'
export { everyCommand } from './table.ts'
export type {
  CommandPlace,
  CommandPlan,
  PlannedCall,
  PlannedCommand,
  PlannedEnvironment,
  PlannedProcess,
  PlannedRelease,
} from './types.ts'
export { commandCarriers, isDoubt } from './types.ts'
