import type { ResponseOf } from '@rack-gateway/gateway-api'
import { bytesOfBase64, bytesOfHex, hexOf, sha256, utf8 } from './bytes.ts'
import { canonicalJson } from './canonical-json.ts'
import { leafOf, rootOf } from './merkle-path.ts'
import { isSignedBy, lineValues, readNote, readNoteKey } from './signed-note.ts'

type ShownEvent = ResponseOf<'getAuditEvent'>

export interface ProofInput {
  /** The event as the page shows it. */
  readonly shownEvent: Pick<ShownEvent, 'id' | 'event' | 'canonical' | 'hash' | 'prev'>
  readonly proof: ResponseOf<'proveAuditEvent'>
  /** The signing keys, in their text form. */
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
}

/** The first line of a checkpoint. The key also signs other texts, which prove nothing about events. */
const origin = 'rack-gateway/audit/checkpoint/v1'

/** Browsers offer cryptography only to pages that are loaded over https: or from this computer. */
export function canVerify(): boolean {
  return globalThis.crypto?.subtle !== undefined
}

/** Verifies that the event that the page shows is in the signed audit log. */
export async function verifyProof(input: ProofInput): Promise<Verification> {
  const steps: Step[] = []
  for await (const step of verifySteps(input)) {
    steps.push(step)
    if (!step.isTrue) return { isVerified: false, steps }
  }
  return { isVerified: true, steps }
}

async function* verifySteps({ shownEvent, proof, keys }: ProofInput): AsyncGenerator<Step> {
  const recorded = readObject(shownEvent.canonical)
  yield {
    title: 'The event on this page is the recorded text',
    isTrue: recorded !== null && isShownAs(shownEvent, recorded),
    detail: `${utf8(shownEvent.canonical).length} bytes in canonical form (RFC 8785)`,
  }
  yield {
    title: 'The proof is about this event',
    isTrue: canonicalJson(proof.event) === shownEvent.canonical && proof.prev === shownEvent.prev,
    detail: `after the event with the hash ${shownEvent.prev}`,
  }
  const eventHash = await sha256(bytesOfHex(proof.prev) ?? utf8(''), utf8(shownEvent.canonical))
  yield {
    title: 'The hash of the event follows from its text and the previous hash',
    isTrue: hexOf(eventHash) === shownEvent.hash,
    detail: `SHA-256 ${hexOf(eventHash)}`,
  }
  const note = readNote(proof.checkpoint)
  const { stream, seq } = proof.event
  // A head is `<stream> <size of its tree> <root in base64> <state>`.
  const heads = note === null ? [] : lineValues(note, 'stream').filter((line) => line.startsWith(`${stream} `))
  const [, size = '', encodedRoot = ''] = heads[0]?.split(' ') ?? []
  const signedRoot = bytesOfBase64(encodedRoot)
  const path = proof.path.map((hash) => bytesOfHex(hash) ?? utf8(''))
  const position = { index: Number(seq) - 1, size: Number(size) }
  const root = await rootOf(await leafOf(eventHash), position, path)
  yield {
    title: 'The event is in the tree of its stream',
    isTrue: heads.length === 1 && root !== null && signedRoot !== null && hexOf(root) === hexOf(signedRoot),
    detail: `leaf ${seq} of ${size || '?'}, ${path.length} siblings, root ${root === null ? 'unknown' : hexOf(root)}`,
  }
  if (note === null) return
  const [keyText = ''] = lineValues(note, 'key')
  const key = await readNoteKey(keyText)
  yield {
    title: `Checkpoint ${lineValues(note, 'number')[0] ?? '?'} with this root is signed`,
    isTrue: key !== null && note.text.startsWith(`${origin}\n`) && (await isSignedBy(note, key)),
    detail: `Ed25519, signed at ${lineValues(note, 'at')[0] ?? '?'}`,
  }
  yield {
    title: 'The signing key is a key of this gateway',
    isTrue: keys.includes(keyText),
    detail: keyText,
  }
}

function readObject(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' ? value : null
  } catch {
    return null
  }
}

/** Does not compare names of API tokens: in old events, the API shows a clearer name than the recorded one. */
function isShownAs({ id, event }: Pick<ShownEvent, 'id' | 'event'>, recorded: object): boolean {
  const withoutName = (value: object) => {
    const principal: unknown = 'principal' in value ? value.principal : undefined
    const isToken =
      typeof principal === 'object' && principal !== null && 'kind' in principal && principal.kind === 'api-token'
    return canonicalJson(isToken ? { ...value, principal: { ...principal, name: '' } } : value)
  }
  return 'id' in recorded && recorded.id === id && withoutName(event) === withoutName(recorded)
}
