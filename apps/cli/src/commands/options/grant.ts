import type { Values } from '../command-module.ts'
import { endMember } from './ending-time.ts'
import type { grantOptions } from './shared-options.ts'

type GrantOptions = Values<typeof grantOptions>

/** The options of a grant as the management API takes them. @throws Usage */
export function grantMembers({ racks, apps, expires, reason }: GrantOptions, now: number) {
  return { racks, apps, reason, ...endMember(expires, now) }
}
