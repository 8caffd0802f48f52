import { createHash } from 'node:crypto'
import type { MaskOrigin, MaskView } from '../masks/mask-view.ts'
import { isSecretKey } from '../masks/secret-keys.ts'
import { typicalSecretPatterns } from './secret-patterns.ts'

/** A MAC over the origin that tests can recompute. */
export function testMac({ app, release, key }: MaskOrigin): string {
  return createHash('sha256')
    .update(JSON.stringify(['rack1', app, release, key]))
    .digest('base64url')
    .slice(0, 16)
}

export const noAccess: MaskView = Object.freeze({
  env: 'hidden',
  revealedKey: null,
  secrets: false,
  resourcePasswords: false,
  environmentNames: true,
  configValues: false,
  isSecret: (key: string) => isSecretKey(key, typicalSecretPatterns),
  isSecretParameter: (name: string) => isSecretKey(name, [...typicalSecretPatterns, 'CLUSTER_*']),
  mac: testMac,
  isAppVisible: () => true,
  rackToken: null,
})

/** The view of a principal with only `env:read`. */
export const envReader: MaskView = Object.freeze({ ...noAccess, env: 'secrets-hidden' })

export const fullAccess: MaskView = Object.freeze({
  ...noAccess,
  env: 'shown',
  secrets: true,
  resourcePasswords: true,
  configValues: true,
})
