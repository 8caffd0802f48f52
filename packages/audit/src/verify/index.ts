export type { ProofVerification, ValidProof } from '@rack-gateway/audit-proof'
export { type PublicKey, readPublicKey } from '../signed-notes/signing-key.ts'
export { checkpointFiles } from './checkpoint-files.ts'
export { type ArchiveRecord, type DatabaseLog, databaseLog } from './database-log.ts'
export { membersOf } from './event-position.ts'
export type { LogRecord } from './export-line.ts'
export { describeFinding } from './finding-sentence.ts'
export type {
  ArchivedMonth,
  Finding,
  RecoveredRange,
  Verification,
} from './findings.ts'
export { makeProof, type ProofResult } from './make-proof.ts'
export { verifyProof } from './proof.ts'
export { type VerifyOptions, verifyDatabase, verifyExport, verifyGatewayResponse } from './sources.ts'
