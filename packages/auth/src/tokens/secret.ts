import { hkdfSync } from 'node:crypto'
import { WeakSecretKey } from '../errors/errors.ts'

const salt = 'rack-gateway'
const minimumBytes = 32

/**
 * Derives a key for one purpose from one of the secret keys, so that no two purposes share a key.
 *
 * @param secret the bytes of one key of APP_SECRET_KEY, as the operator wrote it; at least 32 bytes
 * @param info the purpose, such as `rack-gateway/token-signature/1`; never reused for another purpose
 * @param length bytes wanted
 * @throws WeakSecretKey
 * @see RFC 5869 (HKDF with SHA-256)
 */
export function deriveKey(secret: Uint8Array, info: string, length = 32): Buffer {
  if (secret.byteLength < minimumBytes) throw new WeakSecretKey(secret.byteLength)
  return Buffer.from(hkdfSync('sha256', secret, salt, info, length))
}
