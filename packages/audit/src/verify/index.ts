export { type PublicKey, readPublicKey } from '../checkpoints/signing-key.ts'
export { type ArchiveRecord, type DatabaseLog, databaseLog } from './database-log.ts'
export { membersOf } from './event-place.ts'
export { exportLine, exportLineInSql, type LogRecord, readExportLine } from './export-line.ts'
export { sentenceOf } from './finding-sentence.ts'
export type {
  ArchivedMonth,
  ArchiveFinding,
  ArchiveProblem,
  CheckpointFinding,
  CheckpointProblem,
  EventFinding,
  EventProblem,
  Finding,
  RecoveredRange,
  Verification,
} from './findings.ts'
export { createLineSplitter } from './lines.ts'
export { createLogVerifier, type LogVerifier } from './log-verifier.ts'
export { makeProof, type ProofResult } from './make-proof.ts'
export { EventProof, type ProofVerdict, verifyProof } from './proof.ts'
export { type VerifyOptions, verifyDatabase, verifyExport, verifyStream } from './sources.ts'
