import type { ListedBinding } from '@rack-gateway/auth/store'
import { InsufficientAuthority } from '../../errors/errors.ts'
import type { PrincipalCall } from '../calls/call.ts'
import { activeBindings } from './bindings.ts'

/** A principal whose access a call changes, or an item that gives access by itself. */
export type Affected =
  | { readonly kind: 'user' | 'service-account' | 'api-token' | 'trust'; readonly id: string }
  | { readonly kind: 'group' | 'invitation' }

type HeldBinding = Omit<ListedBinding, 'id' | 'reason'>

interface RevocationOptions {
  /** Whether it is the caller's own, which can always be ended. */
  readonly own?: boolean
  /** Bindings of the item itself. */
  readonly bindings?: readonly HeldBinding[]
  /**
   * Whether the rules of a binding apply, on durations and command rules. For calls after which the caller could use the
   * roles, such as a reset of factors.
   */
  readonly asBinding?: boolean
}

type Caller = Pick<PrincipalCall, 'server' | 'lists' | 'principal' | 'moment'>

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
  { own = false, bindings = [], asBinding = false }: RevocationOptions = {},
): Promise<void> {
  if (own) return
  const { server, principal, moment } = caller
  const { policy } = server
  const held = [...bindings, ...(await heldBy(caller, affected))]
  for (const { role, racks, apps, permissions, expiresAt } of activeBindings(held, moment.at)) {
    const until = asBinding ? (expiresAt?.getTime() ?? null) : moment.at
    const binding = { role, racks, apps, until, ...(permissions && { permissions }) }
    const denied = asBinding
      ? policy.canGrant(principal, binding, moment)
      : policy.canRevoke(principal, binding, moment)
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

async function heldBy({ lists }: Caller, affected: Affected): Promise<readonly HeldBinding[]> {
  switch (affected.kind) {
    case 'user':
      return lists.bindingsOfUser(affected.id)
    case 'service-account':
      return lists.bindingsOfServiceAccount(affected.id)
    case 'api-token':
      return (await lists.token(affected.id)).bindings
    case 'trust':
      return (await lists.trust(affected.id)).bindings
    case 'group':
    case 'invitation':
      return []
  }
}
