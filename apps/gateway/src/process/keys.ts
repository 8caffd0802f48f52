import { type FallbackKeys, type SigningKeys, signingKeyOf } from '@rack-gateway/audit'
import { createTokenMint, deriveKey, deriveLoginKeys, type LoginKeys, type TokenMint } from '@rack-gateway/auth'
import type { ServerConfig } from '@rack-gateway/config'
import type { DeriveKeys } from '@rack-gateway/recordings'
import { recordingKeys } from '../recordings/recording-keys.ts'

/** Values of `APP_SECRET_KEY`, newest first. */
export type SecretKeys = readonly [Buffer, ...Buffer[]]

/** Keys by their purpose, newest first. */
export interface GatewayKeys {
  readonly mint: TokenMint
  readonly login: LoginKeys
  readonly masks: readonly [Buffer, ...Buffer[]]
  readonly bodyDigest: Buffer
  readonly fallback: FallbackKeys
  readonly checkpoints: SigningKeys
  readonly recordings: DeriveKeys
}

type KeyConfig = Pick<ServerConfig, 'secretKeys' | 'checkpoints'>

export function deriveKeys(config: KeyConfig): GatewayKeys {
  const secrets = secretKeysOf(config)
  return {
    mint: createTokenMint(secrets),
    login: deriveLoginKeys(secrets),
    masks: derivedFrom(secrets, 'rack-gateway mask'),
    bodyDigest: deriveKey(secrets[0], 'rack-gateway/body-digest/1'),
    fallback: derivedFrom(secrets, 'audit fallback file'),
    checkpoints: signingKeysOf(config),
    recordings: recordingKeys(secrets),
  }
}

/** @throws Error for a configuration without a key, which `readServerConfig` rejects earlier */
export function secretKeysOf({ secretKeys }: Pick<ServerConfig, 'secretKeys'>): SecretKeys {
  const [newest, ...older] = secretKeys.map((key) => Buffer.from(key.reveal()))
  if (!newest) throw new Error('APP_SECRET_KEY has no key')
  return [newest, ...older]
}

/**
 * Newest first: the configured keys, then the keys that are derived from the secret keys. The derived keys are still
 * needed, because a key also signs the first checkpoint of the key that replaces it.
 */
export function signingKeysOf(config: KeyConfig): SigningKeys {
  const [newest, ...older] = derivedFrom(secretKeysOf(config), 'rack-gateway/audit-checkpoints/1')
  const derived = [signingKeyOf(newest), ...older.map(signingKeyOf)] as const
  const [first, ...rest] = config.checkpoints.signingKeys.map((key) =>
    signingKeyOf(Buffer.from(key.reveal(), 'base64')),
  )
  return first === undefined ? derived : [first, ...rest, ...derived]
}

function derivedFrom([newest, ...older]: SecretKeys, purpose: string): readonly [Buffer, ...Buffer[]] {
  const derive = (secret: Buffer) => deriveKey(secret, purpose)
  return [derive(newest), ...older.map(derive)]
}
