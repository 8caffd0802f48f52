import type { Values } from '../../command-line/command-module.ts'
import { expiryField } from './expiry.ts'
import type { bindingOptions } from './shared-options.ts'

type BindingOptions = Values<typeof bindingOptions>

/** @throws Usage as `expiryField` */
export function bindingFields({ racks, allowUnknownRacks, apps, expires, reason }: BindingOptions, now: number) {
  return { racks, ...(allowUnknownRacks === true && { allowUnknownRacks }), apps, reason, ...expiryField(expires, now) }
}
