import { endMember } from './ending-time.ts'

/** Where a role holds, how long and why, as flags say it. */
export interface GrantFlags {
  readonly racks?: string | undefined
  readonly apps?: string | undefined
  readonly expires?: string | undefined
  readonly reason?: string | undefined
}

/** The same as the API takes it. @throws Usage */
export function grantMembers({ racks, apps, expires, reason }: GrantFlags, now: number) {
  return { racks, apps, reason, ...endMember(expires, now) }
}
