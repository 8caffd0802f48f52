import {
  canonical,
  type KeyConnection,
  NotCanonical,
  type ProofStep,
  type ProofVerification,
  proofSteps,
  verifyEventProof,
  webCrypto,
} from '@rack-gateway/audit-proof'
import { utf8 } from '@rack-gateway/audit-proof/bytes'
import type { ResponseOf } from '@rack-gateway/gateway-api'
import type { KeyPin } from './key-pin.ts'

type ShownEvent = ResponseOf<'getAuditEvent'>

export interface ProofInput {
  /** The event as the page shows it. */
  readonly shownEvent: Pick<ShownEvent, 'id' | 'event' | 'canonical' | 'hash' | 'prev'>
  readonly proof: ResponseOf<'proveAuditEvent'>
  /** Null to accept the keys that the gateway sent. */
  readonly pin: KeyPin | null
  /** The signing keys that the gateway sent, in their text form. */
  readonly keys: readonly string[]
}

export interface Step {
  readonly title: string
  readonly isTrue: boolean
  /** A value that the step is about, such as a hash. */
  readonly detail: string
}

export interface Verification {
  readonly isVerified: boolean
  /** All steps up to the first that fails. */
  readonly steps: readonly Step[]
  /** Null if the verification failed before it came to the key. */
  readonly key: UsedKey | null
}

/** The key of the checkpoint, and why the page trusts it or not. */
export interface UsedKey {
  /** The text form of the key. */
  readonly key: string
  readonly pin: KeyPin | null
  /** How the pinned key is connected with the key; null if it is not, or if no key is pinned. */
  readonly connection: KeyConnection | null
}

/** Browsers offer cryptography only to pages that are loaded over https: or from this computer. */
export function canVerify(): boolean {
  return globalThis.crypto?.subtle !== undefined
}

/** Verifies that the event that the page shows is in the signed audit log. */
export async function verifyEvent(input: ProofInput): Promise<Verification> {
  const verification = await verifyEventProof(input.proof, input.pin?.key ?? null, webCrypto)
  const all = [...pageSteps(input, verification), ...signatureSteps(input, verification)]
  const failed = all.findIndex(({ isTrue }) => !isTrue)
  const hasKeyStep = failed === -1 || failed === all.length - 1
  return {
    isVerified: failed === -1,
    steps: failed === -1 ? all : all.slice(0, failed + 1),
    key: hasKeyStep ? usedKey(input, verification) : null,
  }
}

/** The event on the page is the event of the proof. */
function pageSteps({ shownEvent, proof }: ProofInput, verification: ProofVerification): Step[] {
  const recorded = readObject(shownEvent.canonical)
  const { eventHash } = verification
  return [
    {
      title: 'The event on this page is the recorded text',
      isTrue: recorded !== null && isShownAs(shownEvent, recorded),
      detail: `${utf8(shownEvent.canonical).length} bytes in canonical form (RFC 8785)`,
    },
    {
      title: 'The proof is about this event',
      isTrue:
        hasPassed(verification, 'format') &&
        canonicalOrNull(proof.event) === shownEvent.canonical &&
        proof.prev === shownEvent.prev,
      detail: `after the event with the hash ${shownEvent.prev}`,
    },
    {
      title: 'The hash of the event follows from its text and the previous hash',
      isTrue: eventHash === shownEvent.hash,
      detail: `SHA-256 ${eventHash ?? 'unknown'}`,
    },
  ]
}

function signatureSteps({ proof, pin, keys }: ProofInput, verification: ProofVerification): Step[] {
  const { checkpoint } = verification
  const { stream, seq } = isObject(proof) && isObject(proof.event) ? proof.event : {}
  const head = checkpoint?.heads.find((one) => one.stream === stream)
  const { text: key, id } = checkpoint?.key ?? { text: '', id: 'unknown' }
  return [
    {
      title: `Checkpoint ${checkpoint?.number ?? '?'} is signed`,
      isTrue: hasPassed(verification, 'signature'),
      detail: checkpoint === null ? 'The checkpoint cannot be read' : `Ed25519, signed at ${checkpoint.at}`,
    },
    {
      title: 'The event is in the signed tree of its stream',
      isTrue: hasPassed(verification, 'tree'),
      detail: `leaf ${seq} of ${head?.size ?? '?'}, root ${head?.root ?? 'unknown'}`,
    },
    pin === null
      ? {
          title: 'The signing key is a key that this gateway names',
          isTrue: keys.includes(key),
          detail: `key ID ${id}`,
        }
      : {
          title: 'The signing key is the key that you pinned, or a signed key change connects them',
          isTrue: verification.isValid,
          detail: `key ID ${id}`,
        },
  ]
}

function hasPassed(verification: ProofVerification, step: ProofStep): boolean {
  return verification.isValid || proofSteps.indexOf(step) < proofSteps.indexOf(verification.failed)
}

function usedKey({ pin }: ProofInput, verification: ProofVerification): UsedKey | null {
  const { checkpoint } = verification
  if (checkpoint === null) return null
  return { key: checkpoint.key.text, pin, connection: verification.isValid ? verification.connection : null }
}

function readObject(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function canonicalOrNull(value: unknown): string | null {
  try {
    return canonical(value)
  } catch (error) {
    if (error instanceof NotCanonical) return null
    throw error
  }
}

/** Does not compare names of API tokens: in old events, the API shows a clearer name than the recorded one. */
function isShownAs({ id, event }: Pick<ShownEvent, 'id' | 'event'>, recorded: object): boolean {
  const withoutName = (value: object) => {
    const principal: unknown = 'principal' in value ? value.principal : undefined
    const isToken = isObject(principal) && 'kind' in principal && principal.kind === 'api-token'
    return canonicalOrNull(isToken ? { ...value, principal: { ...principal, name: '' } } : value)
  }
  const shown = withoutName(event)
  return 'id' in recorded && recorded.id === id && shown !== null && shown === withoutName(recorded)
}
