import { Value } from 'typebox/value'
import { canonical } from '../canonical.ts'
import { linkHash } from '../chain.ts'
import { type Checkpoint, readCheckpoint } from '../checkpoints/checkpoint.ts'
import { isSignedBy } from '../checkpoints/signed-note.ts'
import type { PublicKey } from '../checkpoints/signing-key.ts'
import { leafOf } from '../tree/hashing.ts'
import { rootByInclusion } from '../tree/proofs.ts'
import { EventProof, proofFormat } from './event-proof.ts'

export type ProofVerification =
  | {
      readonly isValid: true
      readonly event: Readonly<Record<string, unknown>>
      readonly checkpoint: Checkpoint
      /** Number of events of the event's stream that the checkpoint signs. */
      readonly size: number
      readonly trust: 'pinned' | 'first-use'
    }
  | { readonly isValid: false; readonly because: string }

/** @param pinned the key that the auditor trusts; null to use the key in the checkpoint */
export function verifyProof(proof: unknown, pinned: PublicKey | null): ProofVerification {
  if (!Value.Check(EventProof, proof)) return fails(`it is not in the format ${proofFormat}`)
  const { stream, seq } = proof.event
  const checkpoint = readCheckpoint(proof.checkpoint)
  if (checkpoint === null) return fails('its checkpoint cannot be read')
  if (!isSignedBy(checkpoint.note, checkpoint.key)) return fails('its checkpoint has an invalid signature')
  const head = checkpoint.heads.find((one) => one.stream === stream)
  if (head === undefined || typeof seq !== 'number')
    return fails('its checkpoint does not sign the stream of the event')
  const hash = linkHash(Buffer.from(proof.prev, 'hex'), canonical(proof.event)).toString('hex')
  if (rootByInclusion(leafOf(hash), seq - 1, head.size, proof.path) !== head.root)
    return fails('the event is not in the signed tree: the event or its position was changed')
  if (pinned !== null && !isEndorsed(checkpoint, pinned, proof.keyChanges))
    return fails(`it is signed by ${checkpoint.key.text}, which no signed key change connects to the given key`)
  const trust = pinned === null ? 'first-use' : 'pinned'
  return { isValid: true, event: proof.event, checkpoint, size: head.size, trust }
}

/**
 * Whether the checkpoint's key is the pinned key, or signed key changes lead from it to the pinned key.
 *
 * @param keyChanges the notes that introduced new keys
 */
export function isEndorsed(
  { key, number }: Pick<Checkpoint, 'key' | 'number'>,
  pinned: PublicKey,
  keyChanges: readonly string[],
): boolean {
  const changes = keyChanges.map(readCheckpoint).filter((change) => change !== null && change.number > number)
  let trusted = key.text
  for (let steps = 0; steps <= changes.length; steps++) {
    if (trusted === pinned.text) return true
    const next = changes.find(
      (change) =>
        change?.replaces?.text === trusted &&
        isSignedBy(change.note, change.key) &&
        isSignedBy(change.note, change.replaces),
    )
    if (next == null) return false
    trusted = next.key.text
  }
  return false
}

function fails(because: string): ProofVerification {
  return { isValid: false, because }
}
