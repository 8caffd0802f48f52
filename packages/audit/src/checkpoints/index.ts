export type { Alarm } from './alarms.ts'
export { type Checkpoint, readCheckpoint } from './checkpoint.ts'
export { type CheckpointDestination, objectStoreDestination, webhookDestination } from './checkpoint-destination.ts'
export {
  type Checkpointer,
  type CheckpointerOptions,
  type CheckpointerState,
  createCheckpointer,
} from './checkpointer.ts'
export type { SigningKeys } from './choose-keys.ts'
export { type NewestCheckpoint, readNewestCheckpoint } from './newest-checkpoint.ts'
export { type LogGap, type RestoreLogOptions, restoreLog } from './restore-log.ts'
export { type SigningKey, signingKeyOf } from './signing-key.ts'
