import { deriveKey } from '@rack-gateway/auth/secret'
import type { DeriveKeys } from '@rack-gateway/recordings'
import type { SecretKeys } from '../process/keys.ts'

/** The newest key seals, every key opens. */
export function recordingKeys(secretKeys: SecretKeys): DeriveKeys {
  return (purpose) => secretKeys.map((key) => deriveKey(key, purpose))
}
