export type { Alarm } from './alarm.ts'
export { type Checkpoint, readCheckpoint } from './checkpoint.ts'
export {
  type Checkpointer,
  type CheckpointerOptions,
  type CheckpointerState,
  createCheckpointer,
} from './checkpointer.ts'
export type { SigningKeys } from './key-choice.ts'
export { type CheckpointPlace, objectPlace, webhookPlace } from './place.ts'
export { type SigningKey, signingKeyOf } from './signing-key.ts'
