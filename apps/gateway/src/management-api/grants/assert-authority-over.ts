import type { ListedGrant } from '@rack-gateway/auth/store'
import { StrongerThanYourself } from '../../errors.ts'
import type { PrincipalCall } from '../call.ts'
import { activeGrants } from './grants.ts'

/** A principal from whom a call takes access, or an item that gives access by itself. */
export type Affected =
  | { readonly kind: 'user' | 'service-account' | 'api-token' | 'trust'; readonly id: string }
  | { readonly kind: 'group' | 'invitation' }

interface AuthorityOptions {
  readonly own?: boolean
  readonly grants?: readonly ListedGrant[]
  readonly asGrant?: boolean
}

type Caller = Pick<PrincipalCall, 'lists' | 'policy' | 'principal' | 'moment'>

/**
 * Whoever removes, locks, ends, rotates, disables, or resets something of another principal needs every role of that
 * principal, at the same scope, as for a grant. Otherwise, a role that manages access could take the access of
 * administrators. How long the roles last does not matter, so that a temporary administrator can help in an emergency.
 *
 * @param own whether it is the caller's own, which may always be ended
 * @param grants what the item itself gives
 * @param asGrant whether the rules of a grant apply, on duration and command rules, because the caller could get the
 * roles, such as by a reset of factors, after which it is easier to log in as the user
 * @throws StrongerThanYourself
 */
export async function assertAuthorityOver(
  caller: Caller,
  affected: Affected,
  { own = false, grants = [], asGrant = false }: AuthorityOptions = {},
): Promise<void> {
  if (own) return
  const { policy, principal, moment } = caller
  const held = [...grants, ...(await heldBy(caller, affected))]
  for (const { role, racks, apps, permissions, expiresAt } of activeGrants(held, moment.at)) {
    const until = asGrant ? (expiresAt?.getTime() ?? null) : moment.at
    const grant = { role, racks, apps, until, ...(permissions && { permissions }) }
    const denied = asGrant ? policy.canGrant(principal, grant, moment) : policy.canTake(principal, grant, moment)
    // A role that the policy no longer has grants nothing.
    if (denied === null || denied.cause === 'unknown') continue
    throw new StrongerThanYourself(
      `You cannot change the access of ${names[affected.kind]}, because ${denied.reason}.`,
      'Ask an administrator who has these permissions.',
      { rule: 'stronger-than-yourself' },
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

async function heldBy({ lists }: Caller, affected: Affected): Promise<readonly ListedGrant[]> {
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
