export { type Checkpoint, readCheckpoint } from '../signed-notes/checkpoint.ts'
export type { SigningKeys } from '../signed-notes/choose-keys.ts'
export { type SigningKey, signingKeyOf } from '../signed-notes/signing-key.ts'
export type { Alarm } from './alarms.ts'
export { type CheckpointDestination, objectStoreDestination, webhookDestination } from './checkpoint-destination.ts'
export {
  type Checkpointer,
  type CheckpointerOptions,
  type CheckpointerState,
  createCheckpointer,
} from './checkpointer.ts'
export { type NewestCheckpoint, readNewestCheckpoint } from './newest-checkpoint.ts'
export { type LogGap, type RestoreLogOptions, restoreLog } from './restore-log.ts'
