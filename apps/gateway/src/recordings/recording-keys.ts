import { deriveKey } from '@rack-gateway/auth/secret'
import type { DeriveKeys } from '@rack-gateway/recordings'
import type { SecretKeys } from '../process/keys.ts'

/** Derives the keys of recordings. The newest one encrypts, and all of them decrypt. */
export function recordingKeys(secretKeys: SecretKeys): DeriveKeys {
  return (purpose) => secretKeys.map((key) => deriveKey(key, purpose))
}
