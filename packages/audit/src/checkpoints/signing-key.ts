import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'

/** An Ed25519 key that signs notes. */
export interface SigningKey {
  readonly publicKey: PublicKey
  /** 64 bytes. */
  sign(text: string): Buffer
}

/** The public part, which verifies notes. @see https://c2sp.org/signed-note */
export interface PublicKey {
  readonly name: string
  /** The first four bytes of SHA-256(name ‖ LF ‖ 0x01 ‖ key), in hex. */
  readonly id: string
  /** Text form in checkpoints and for auditors: `<name>+<id>+<base64 of 0x01 ‖ key>`. */
  readonly text: string
  verify(text: string, signature: Uint8Array): boolean
}

/** All gateways use this key name. Their keys differ. */
export const keyName = 'rack-gateway/audit'

const ed25519 = Buffer.of(1)
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
  const [, name = '', id, encoded = ''] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/u.exec(text) ?? []
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.length !== 33 || bytes[0] !== 1 || bytes.toString('base64') !== encoded) return null
  const key = publicKeyOf(name, bytes.subarray(1))
  return key.id === id ? key : null
}

function publicKeyOf(name: string, bytes: Uint8Array): PublicKey {
  const encoded = Buffer.concat([ed25519, bytes])
  const id = createHash('sha256').update(`${name}\n`).update(encoded).digest('hex').slice(0, 8)
  let key: KeyObject | undefined
  return {
    name,
    id,
    text: `${name}+${id}+${encoded.toString('base64')}`,
    verify(text, signature) {
      key ??= createPublicKey({ key: Buffer.concat([publicPrefix, bytes]), format: 'der', type: 'spki' })
      return signature.byteLength === 64 && verify(null, Buffer.from(text), key, signature)
    },
  }
}
