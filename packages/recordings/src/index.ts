export type { CastHeader } from './asciicast.ts'
export { chunkPrefix, type DeriveKeys, purposePrefix } from './chunk.ts'
export { RecordingBroken, RecordingUnavailable } from './errors.ts'
export { type FollowEnd, type FollowRecordingOptions, followRecording } from './follow-recording.ts'
export { defaultLimits, type RecordingLimits } from './limits.ts'
export {
  type ProvenRecording,
  type ReadRecordingOptions,
  type RecordingCheck,
  readRecording,
  verifyRecording,
} from './read-recording.ts'
export type {
  RecordedSession,
  Recording,
  RecordingGap,
  RecordingMode,
  RecordingSummary,
} from './recording.ts'
export {
  createRecordings,
  type RecordingRequest,
  type RecordingStats,
  type Recordings,
  type RecordingsOptions,
} from './recordings.ts'
export { compileSecrets, minSecretBytes, type Secret, type SecretFinder } from './secret-finder.ts'
export { redactSecrets } from './secret-redactor.ts'
