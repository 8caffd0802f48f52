import { isUuid } from '@rack-gateway/audit/events'
import { noPermission } from '../../errors/errors.ts'
import type { PrincipalCall } from './call.ts'

type Caller = Pick<PrincipalCall, 'server' | 'principal' | 'canAccessOthers' | 'canAccess'>

/**
 * @param permission the permission to list the items of other owners
 * @returns the ID of the only owner whose items the response lists; null for all owners
 * @throws the errors of `canAccess`; NotAllowed if the caller cannot list the wanted items
 */
export function ownerFilter(
  { server: { policy }, principal, canAccessOthers, canAccess }: Caller,
  wanted: string | undefined,
  permission: string,
): string | null {
  const ownId = principal.kind === 'user' ? principal.id : null
  const id = wanted === 'me' ? ownId : (wanted ?? (canAccessOthers || ownId === null ? undefined : ownId))
  if (id !== null && canAccess(id === ownId)) return id === undefined ? null : toUuid(id)
  if (ownId !== null)
    throw noPermission(
      `You can list only your own items, unless you have the permission ${permission}.`,
      'Ask an administrator of the gateway for it.',
      policy,
    )
  if (canAccessOthers)
    throw noPermission(
      'An API token or job owns no tokens or sessions.',
      'List the items of everyone, or of one user.',
      policy,
    )
  throw noPermission(
    `An API token or job owns no tokens or sessions, and this one does not have the permission ${permission} to list the items of users.`,
    'Ask an administrator of the gateway.',
    policy,
  )
}

/** Maps a text that is not a UUID to a UUID that no owner has. */
function toUuid(id: string): string {
  return isUuid(id) ? id : '00000000-0000-0000-0000-000000000000'
}
