import type { Values } from '../../command-line/command-module.ts'
import { expiryField } from './expiry.ts'
import type { grantOptions } from './shared-options.ts'

type GrantOptions = Values<typeof grantOptions>

/** @throws Usage as `expiryField` */
export function grantFields({ racks, apps, expires, reason }: GrantOptions, now: number) {
  return { racks, apps, reason, ...expiryField(expires, now) }
}
