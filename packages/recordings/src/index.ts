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
export type {
  RecordedSession,
  Recording,
  RecordingGap,
  RecordingMode,
  RecordingSummary,
  RunningRecording,
} from './recording.ts'
export {
  createRecordings,
  type NewRecording,
  type RecordingStats,
  type Recordings,
  type RecordingsOptions,
} from './recordings.ts'
export { compileSecrets, type Secret, type SecretFinder, shortestSecret } from './secret-finder.ts'
export { replaceIn } from './secret-replacer.ts'
export type { ThreadLink } from './thread/protocol.ts'
export type { StartThread } from './thread/recording-thread.ts'
export { createRecordingsThread, type RecordingsThreadOptions } from './thread/recordings-thread.ts'
export { type ServedRecordingsOptions, serveRecordings } from './thread/served-recordings.ts'
export { startThread } from './thread/start-thread.ts'
