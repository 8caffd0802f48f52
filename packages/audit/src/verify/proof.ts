import { type ProofVerification, verifyEventProof } from '@rack-gateway/audit-proof'
import { nodeCrypto, type PublicKey } from '../signed-notes/signing-key.ts'

/** @param pinned the key that the auditor trusts; null to use the key in the checkpoint */
export function verifyProof(proof: unknown, pinned: PublicKey | null): Promise<ProofVerification> {
  return verifyEventProof(proof, pinned?.text ?? null, nodeCrypto)
}
