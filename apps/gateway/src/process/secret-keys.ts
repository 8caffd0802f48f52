import { type SigningKeys, signingKeyOf } from '@rack-gateway/audit/checkpoints'
import { deriveKey } from '@rack-gateway/auth/secret'
import type { ServerConfig } from '@rack-gateway/config'
import type { SecretKeys } from '../gateway-options.ts'

/** The values of APP_SECRET_KEY, newest first. @throws when there is none, which `readServerConfig` rejects */
export function secretKeysOf({ secretKeys }: Pick<ServerConfig, 'secretKeys'>): SecretKeys {
  const [newest, ...older] = secretKeys.map((key) => Buffer.from(key.reveal()))
  if (!newest) throw new Error('APP_SECRET_KEY holds no key')
  return [newest, ...older]
}

/** The keys that sign checkpoints and archives of the audit log, newest first. */
export function signingKeysFrom(config: ServerConfig): SigningKeys {
  const given = config.checkpoints.signingKeys.map((key) => Buffer.from(key.reveal(), 'base64'))
  return signingKeysOf(given, secretKeysOf(config))
}

/** Configured keys come before the keys derived from the secret keys, so that the derived keys vouch for the first configured key. */
function signingKeysOf(given: readonly Uint8Array[], [newest, ...older]: SecretKeys): SigningKeys {
  const derived = (secret: Buffer) => signingKeyOf(deriveKey(secret, 'rack-gateway/audit-checkpoints/1'))
  const fromSecrets = [derived(newest), ...older.map(derived)] as const
  const [first, ...rest] = given.map(signingKeyOf)
  return first === undefined ? fromSecrets : [first, ...rest, ...fromSecrets]
}
