export const proofFormat = 'rack-gateway/audit/proof/v1'

/** Proves that an event is in the log. The verifier hashes its canonical form, so whitespace does not matter. */
export interface EventProof {
  readonly format: typeof proofFormat
  readonly event: Readonly<Record<string, unknown>>
  /** The hash of the previous event in the stream, in hex. */
  readonly prev: string
  /** The audit path from the leaf of the event to the root, in hex (RFC 6962, section 2.1.1). */
  readonly path: readonly string[]
  /** The signed note that contains the root of the stream. */
  readonly checkpoint: string
  /** Notes in which a new key replaced the previous one. */
  readonly keyChanges: readonly string[]
}

export const maxPath = 64
const digest = /^[0-9a-f]{64}$/

/** Whether a value has the form of a proof. Nothing is verified. */
export function isEventProof(value: unknown): value is EventProof {
  if (!isObject(value)) return false
  const { format, event, prev, path, checkpoint, keyChanges } = value
  return (
    format === proofFormat &&
    isObject(event) &&
    isDigest(prev) &&
    Array.isArray(path) &&
    path.length <= maxPath &&
    path.every(isDigest) &&
    typeof checkpoint === 'string' &&
    Array.isArray(keyChanges) &&
    keyChanges.every((note) => typeof note === 'string')
  )
}

function isDigest(value: unknown): value is string {
  return typeof value === 'string' && digest.test(value)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
