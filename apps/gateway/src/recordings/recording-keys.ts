import { deriveKey } from '@rack-gateway/auth/secret'
import { type DeriveKeys, purposePrefix } from '@rack-gateway/recordings'

/**
 * Derives only keys of recordings. The newest key encrypts, and all keys decrypt.
 *
 * @param secretKeys keys of `APP_SECRET_KEY`, newest first
 */
export function recordingKeys(secretKeys: readonly Buffer[]): DeriveKeys {
  return function deriveKeys(purpose) {
    if (!purpose.startsWith(purposePrefix)) throw new Error(`${purpose} is not a purpose of recordings`)
    return secretKeys.map((key) => deriveKey(key, purpose))
  }
}
