export type { DeriveKeys } from '../chunk.ts'
export { createLoggedRecordings, type LoggedRecordings, type RecordingEvent } from './logged-recordings.ts'
export { listRecordings, type StoredRecordings } from './stored-recordings.ts'
export {
  type RecordingFinding,
  type RecordingsVerification,
  type VerifyRecordingsOptions,
  verifyRecordings,
} from './verify-recordings.ts'
