export type { CastHeader } from './cast.ts'
export { chunkPrefix, type DeriveKeys } from './chunk.ts'
export { RecordingBroken, RecordingUnavailable } from './errors.ts'
export { type FollowEnd, type FollowRecordingOptions, followRecording } from './follower.ts'
export { defaultLimits, type RecordingLimits } from './limits.ts'
export {
  type ProvenRecording,
  type ReadRecordingOptions,
  type RecordingVerdict,
  readRecording,
  verifyRecording,
} from './reader.ts'
export type { RecordedSession, Recording, RecordingGap, RecordingMode, RecordingSummary } from './recording.ts'
export {
  createRecordings,
  type NewRecording,
  type RecordingStats,
  type Recordings,
  type RecordingsOptions,
} from './recordings.ts'
export { compileSecrets, type Secret, type SecretFinder, shortestSecret } from './secret-finder.ts'
export { replaceIn } from './secret-replacer.ts'
