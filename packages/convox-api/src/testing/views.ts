import { createHash } from 'node:crypto'
import { isSecretKey } from '../masks/secret-keys.ts'
import type { MaskOrigin, MaskView } from '../masks/view.ts'
import { typicalSecretPatterns } from './secret-patterns.ts'

/** A mac that tests can recompute: over the origin, never over a value. */
export function testMac({ app, release, key }: MaskOrigin): string {
  return createHash('sha256')
    .update(JSON.stringify(['rack1', app, release, key]))
    .digest('base64url')
    .slice(0, 16)
}

/** Someone who may see nothing that is secret. */
export const stranger: MaskView = Object.freeze({
  env: 'hidden',
  secrets: false,
  resourcePasswords: false,
  environmentNames: true,
  configValues: false,
  isSecret: (key: string) => isSecretKey(key, typicalSecretPatterns),
  isSecretParameter: (name: string) => isSecretKey(name, [...typicalSecretPatterns, 'CLUSTER_*']),
  mac: testMac,
  seesApp: () => true,
  rackToken: null,
})

/** Someone with env:read only. */
export const reader: MaskView = Object.freeze({ ...stranger, env: 'secrets-hidden' })

/** Someone who may see everything. */
export const keeper: MaskView = Object.freeze({
  ...stranger,
  env: 'shown',
  secrets: true,
  resourcePasswords: true,
  configValues: true,
})
