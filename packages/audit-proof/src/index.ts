export { canonical, NotCanonical } from './canonical.ts'
export {
  type CheckpointContent,
  checkpointText,
  type Digest,
  type ParsedCheckpoint,
  parseCheckpoint,
  type Restoration,
  readCheckpoint,
  type SizedStream,
  type StreamHead,
  type StreamState,
  streamStates,
} from './checkpoint.ts'
export { type EventProof, isEventProof, maxPath, proofFormat } from './event-proof.ts'
export { connectKeys, type KeyConnection } from './key-changes.ts'
export { rootByInclusion } from './merkle-path.ts'
export { type ProofCrypto, webCrypto } from './proof-crypto.ts'
export { isSignedBy, type Note, readNote, signaturesOf } from './signed-note.ts'
export { uuidPattern } from './uuid-pattern.ts'
export { keyIdInput, parseVerifierKey, readVerifierKey, type VerifierKey } from './verifier-key.ts'
export {
  type ProofStep,
  type ProofVerification,
  proofSteps,
  type ValidProof,
  verifyEventProof,
} from './verify-event-proof.ts'
