import type { ListedGrant } from '@rack-gateway/auth/store'
import { InsufficientAuthority } from '../../errors/errors.ts'
import type { PrincipalCall } from '../calls/call.ts'
import { activeGrants } from './grants.ts'

/** A principal whose access a call changes, or an item that gives access by itself. */
export type Affected =
  | { readonly kind: 'user' | 'service-account' | 'api-token' | 'trust'; readonly id: string }
  | { readonly kind: 'group' | 'invitation' }

type HeldGrant = Omit<ListedGrant, 'id' | 'reason'>

interface RevocationOptions {
  /** Whether it is the caller's own, which can always be ended. */
  readonly own?: boolean
  /** Grants of the item itself. */
  readonly grants?: readonly HeldGrant[]
  /**
   * Whether the rules of a grant apply, on durations and command rules. For calls after which the caller could use the
   * roles, such as a reset of factors.
   */
  readonly asGrant?: boolean
}

type Caller = Pick<PrincipalCall, 'lists' | 'policy' | 'principal' | 'moment'>

/**
 * A caller that removes, locks, ends, rotates, disables, or resets the access of another principal needs the permissions
 * of that principal, at the same scope. Otherwise, a role that manages access could revoke that of administrators.
 * Durations do not count, so that a temporary administrator can help in an emergency.
 *
 * @throws InsufficientAuthority
 */
export async function assertCanRevoke(
  caller: Caller,
  affected: Affected,
  { own = false, grants = [], asGrant = false }: RevocationOptions = {},
): Promise<void> {
  if (own) return
  const { policy, principal, moment } = caller
  const held = [...grants, ...(await heldBy(caller, affected))]
  for (const { role, racks, apps, permissions, expiresAt } of activeGrants(held, moment.at)) {
    const until = asGrant ? (expiresAt?.getTime() ?? null) : moment.at
    const grant = { role, racks, apps, until, ...(permissions && { permissions }) }
    const denied = asGrant ? policy.canGrant(principal, grant, moment) : policy.canRevoke(principal, grant, moment)
    // A role that the policy no longer has grants nothing.
    if (denied === null || denied.cause === 'unknown') continue
    throw new InsufficientAuthority(
      `You cannot change the access of ${names[affected.kind]}, because ${denied.reason}.`,
      'Ask an administrator who has these permissions.',
      { rule: 'insufficient-authority' },
    )
  }
}

const names: Readonly<Record<Affected['kind'], string>> = {
  user: 'this user',
  'service-account': 'this service account',
  'api-token': 'this API token',
  trust: 'the jobs of this trust',
  group: 'this group',
  invitation: 'this invitation',
}

async function heldBy({ lists }: Caller, affected: Affected): Promise<readonly HeldGrant[]> {
  switch (affected.kind) {
    case 'user':
      return lists.bindingsOfUser(affected.id)
    case 'service-account':
      return lists.bindingsOfServiceAccount(affected.id)
    case 'api-token':
      return (await lists.token(affected.id)).grants
    case 'trust':
      return (await lists.trust(affected.id)).grants
    case 'group':
    case 'invitation':
      return []
  }
}
