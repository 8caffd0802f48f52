import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto'
import { keyIdInput, type ProofCrypto, parseVerifierKey, type VerifierKey } from '@rack-gateway/audit-proof'

/** An Ed25519 key that signs notes. */
export interface SigningKey {
  readonly publicKey: PublicKey
  /** 64 bytes. */
  sign(text: string): Buffer
}

/** The public part, which verifies notes. */
export interface PublicKey extends VerifierKey {
  verify(text: string, signature: Uint8Array): boolean
}

/** All gateways use this key name. Their keys differ. */
export const keyName = 'rack-gateway/audit'

/** The DER prefixes of an Ed25519 key in PKCS #8 and SubjectPublicKeyInfo (RFC 8410). */
const privatePrefix = Buffer.from('302e020100300506032b657004220420', 'hex')
const publicPrefix = Buffer.from('302a300506032b6570032100', 'hex')

/** @param seed 32 secret bytes: the private key of RFC 8032 */
export function signingKeyOf(seed: Uint8Array): SigningKey {
  if (seed.byteLength !== 32) throw new RangeError(`an Ed25519 key has 32 bytes, not ${seed.byteLength}`)
  const privateKey = createPrivateKey({ key: Buffer.concat([privatePrefix, seed]), format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return {
    publicKey: publicKeyOf(keyName, spki.subarray(publicPrefix.length)),
    sign: (text) => sign(null, Buffer.from(text), privateKey),
  }
}

/** Parses `<name>+<id>+<base64>`. @returns null for other text, or an ID that does not match the key */
export function readPublicKey(text: string): PublicKey | null {
  const key = parseVerifierKey(text)
  return key !== null && idOf(key) === key.id ? withVerify(key) : null
}

function publicKeyOf(name: string, bytes: Uint8Array): PublicKey {
  const key = { name, bytes: Uint8Array.from(bytes) }
  const id = idOf(key)
  return withVerify({ ...key, id, text: `${name}+${id}+${Buffer.of(1, ...bytes).toString('base64')}` })
}

function idOf(key: Pick<VerifierKey, 'name' | 'bytes'>): string {
  return hash('sha256', keyIdInput(key)).slice(0, 8)
}

function withVerify(key: VerifierKey): PublicKey {
  let imported: KeyObject | undefined
  return {
    ...key,
    verify(text, signature) {
      imported ??= importKey(key.bytes)
      return signature.byteLength === 64 && verify(null, Buffer.from(text), imported, signature)
    },
  }
}

function importKey(bytes: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([publicPrefix, bytes]), format: 'der', type: 'spki' })
}

/** The cryptography of Node for `verifyEventProof`. */
export const nodeCrypto: ProofCrypto = {
  sha256: (bytes) => new Uint8Array(hash('sha256', bytes, 'buffer')),
  verifyEd25519: (key, message, signature) => verify(null, message, importKey(key), signature),
}
