import { maxPath, proofFormat } from '@rack-gateway/audit-proof'
import { type Static, Type } from 'typebox'

const Digest = Type.String({ pattern: '^[0-9a-f]{64}$' })

/** The form that `isEventProof` accepts, for the API. */
export const EventProof = Type.Object({
  format: Type.Literal(proofFormat),
  event: Type.Record(Type.String(), Type.Unknown()),
  prev: Type.String({ ...Digest, description: 'the hash of the previous event in the stream' }),
  path: Type.Array(Digest, {
    maxItems: maxPath,
    description: 'the audit path from the leaf of the event to the root (RFC 6962, section 2.1.1)',
  }),
  checkpoint: Type.String({ description: 'the signed note that contains the root of the stream' }),
  keyChanges: Type.Array(Type.String(), {
    description: 'the notes in which a new key replaced the previous one',
  }),
})
export type EventProof = Static<typeof EventProof>
