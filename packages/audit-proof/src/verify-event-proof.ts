import { type Bytes, bytesOfHex, concat, hexOf, utf8 } from './bytes.ts'
import { canonical, NotCanonical } from './canonical.ts'
import { type ParsedCheckpoint, readCheckpoint } from './checkpoint.ts'
import { type EventProof, isEventProof, proofFormat } from './event-proof.ts'
import { connectKeys, type KeyConnection } from './key-changes.ts'
import { rootByInclusion } from './merkle-path.ts'
import type { ProofCrypto } from './proof-crypto.ts'
import { isSignedBy } from './signed-note.ts'

/** The steps of a verification, in order. A verification ends at the first step that fails. */
export const proofSteps = ['format', 'checkpoint', 'signature', 'tree', 'key'] as const
export type ProofStep = (typeof proofSteps)[number]

export interface ValidProof {
  readonly isValid: true
  readonly event: Readonly<Record<string, unknown>>
  /** SHA-256, in hex. */
  readonly eventHash: string
  readonly checkpoint: ParsedCheckpoint
  /** Number of events of the event's stream that the checkpoint signs. */
  readonly size: number
  readonly trust: 'pinned' | 'first-use'
  /** How the pinned key is connected with the key of the checkpoint; null without a pinned key. */
  readonly connection: KeyConnection | null
}

export interface InvalidProof {
  readonly isValid: false
  readonly failed: ProofStep
  readonly because: string
  /** Null if the proof is not in its format. */
  readonly eventHash: string | null
  /** Null if it cannot be read. */
  readonly checkpoint: ParsedCheckpoint | null
}

export type ProofVerification = ValidProof | InvalidProof

/** @param pinned text form of the key that the auditor trusts; null to use the key in the checkpoint */
export async function verifyEventProof(
  proof: unknown,
  pinned: string | null,
  crypto: ProofCrypto,
): Promise<ProofVerification> {
  if (!isEventProof(proof)) return invalidFormat(`it is not in the format ${proofFormat}`)
  const hash = await hashOf(proof, crypto)
  if (hash === null) return invalidFormat('its event has no canonical form')
  const eventHash = hexOf(hash)
  const checkpoint = await readCheckpoint(proof.checkpoint, crypto)
  const fails = (failed: ProofStep, because: string): InvalidProof => ({
    isValid: false,
    failed,
    because,
    eventHash,
    checkpoint,
  })
  if (checkpoint === null) return fails('checkpoint', 'its checkpoint cannot be read')
  if (!(await isSignedBy(checkpoint.note, checkpoint.key, crypto)))
    return fails('signature', 'its checkpoint has an invalid signature')
  const { stream, seq } = proof.event
  const head = checkpoint.heads.find((one) => one.stream === stream)
  if (head === undefined || typeof seq !== 'number')
    return fails('tree', 'its checkpoint does not sign the stream of the event')
  const path = proof.path.map((sibling) => bytesOfHex(sibling) ?? new Uint8Array())
  const root = await rootByInclusion(hash, { index: seq - 1, size: head.size }, path, crypto)
  if (root === null || hexOf(root) !== head.root)
    return fails('tree', 'the event is not in the signed tree: the event or its position was changed')
  const connection = pinned === null ? null : await connectKeys(checkpoint, pinned, proof.keyChanges, crypto)
  if (pinned !== null && connection === null)
    return fails('key', `it is signed by ${checkpoint.key.text}, which no signed key change connects to the given key`)
  const trust = pinned === null ? 'first-use' : 'pinned'
  return { isValid: true, event: proof.event, eventHash, checkpoint, size: head.size, trust, connection }
}

function invalidFormat(because: string): InvalidProof {
  return { isValid: false, failed: 'format', because, eventHash: null, checkpoint: null }
}

/** SHA-256(prev ‖ canonical form). @returns null if the event has no canonical form */
async function hashOf({ event, prev }: EventProof, { sha256 }: ProofCrypto): Promise<Bytes | null> {
  try {
    return await sha256(concat(bytesOfHex(prev) ?? new Uint8Array(), utf8(canonical(event))))
  } catch (error) {
    if (error instanceof NotCanonical) return null
    throw error
  }
}
