import { type Bytes, bytesOfBase64, concat, hexOf, utf8 } from './bytes.ts'
import type { ProofCrypto } from './proof-crypto.ts'

/** The public part of a signing key. @see https://c2sp.org/signed-note */
export interface VerifierKey {
  readonly name: string
  /** The first four bytes of SHA-256(name ‖ LF ‖ 0x01 ‖ key), in hex. */
  readonly id: string
  /** Text form in checkpoints and for auditors: `<name>+<id>+<base64 of 0x01 ‖ key>`. */
  readonly text: string
  /** 32 bytes, Ed25519. */
  readonly bytes: Bytes
}

/** Parses `<name>+<id>+<base64>`, and does not check the ID. @returns null for other text */
export function parseVerifierKey(text: string): VerifierKey | null {
  const [, name = '', id = '', encoded = ''] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/u.exec(text) ?? []
  const bytes = bytesOfBase64(encoded)
  if (bytes === null || bytes.length !== 33 || bytes[0] !== ed25519) return null
  return { name, id, text, bytes: bytes.slice(1) }
}

const ed25519 = 1

/** The ID of a key is the first four bytes of the SHA-256 of this. */
export function keyIdInput({ name, bytes }: Pick<VerifierKey, 'name' | 'bytes'>): Bytes {
  return concat(utf8(`${name}\n`), Uint8Array.of(ed25519), bytes)
}

/** @returns null for other text, or an ID that does not match the key */
export async function readVerifierKey(text: string, { sha256 }: ProofCrypto): Promise<VerifierKey | null> {
  const key = parseVerifierKey(text)
  if (key === null) return null
  return hexOf((await sha256(keyIdInput(key))).slice(0, 4)) === key.id ? key : null
}
