export type { Alarm } from './alarm.ts'
export { type Checkpoint, readCheckpoint, type StreamHead, type StreamState } from './checkpoint.ts'
export {
  type Checkpointer,
  type CheckpointerOptions,
  type CheckpointerState,
  createCheckpointer,
} from './checkpointer.ts'
export type { DeliveryState } from './deliveries.ts'
export type { SigningKeys } from './key-choice.ts'
export { type CheckpointPlace, checkpointKey, objectPlace, webhookPlace } from './place.ts'
export { type PublicKey, readPublicKey, type SigningKey, signingKeyOf } from './signing-key.ts'
