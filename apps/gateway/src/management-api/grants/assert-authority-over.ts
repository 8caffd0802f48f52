import type { ListedGrant } from '@rack-gateway/auth/store'
import { inMessage } from '@rack-gateway/command-matcher'
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
  readonly lasting?: boolean
}

type Caller = Pick<PrincipalCall, 'lists' | 'policy' | 'principal' | 'moment'>

/**
 * Whoever removes, locks, ends, rotates, disables, or resets something of another principal needs every role of that
 * principal, at the same scope, as for a grant. Otherwise, a role that manages access could take the access of
 * administrators. How long the roles last does not matter, so that a temporary administrator can help in an emergency.
 *
 * @param own whether it is the caller's own, which may always be ended
 * @param grants what the item itself gives
 * @param lasting whether the caller could get the roles for as long as they last, such as by a reset of factors
 * @throws StrongerThanYourself
 */
export async function assertAuthorityOver(
  caller: Caller,
  affected: Affected,
  { own = false, grants = [], lasting = false }: AuthorityOptions = {},
): Promise<void> {
  if (own) return
  const { policy, principal, moment } = caller
  const held = [...grants, ...(await heldBy(caller, affected))]
  for (const { role, racks, apps, permissions, expiresAt } of activeGrants(held, moment.at)) {
    const until = lasting ? (expiresAt?.getTime() ?? null) : moment.at
    const denied = policy.canTake(principal, { role, racks, apps, until, ...(permissions && { permissions }) }, moment)
    // A role that the policy no longer has grants nothing.
    if (denied === null || denied.cause === 'unknown') continue
    throw new StrongerThanYourself(
      `You cannot take access from ${names[affected.kind]}, which has ${permissions === null ? `the role ${inMessage(role)}` : 'permissions that you do not have'}, because ${denied.reason}.`,
      'Ask an administrator who has that role.',
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
