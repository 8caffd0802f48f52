import type { WantedBinding } from '@rack-gateway/rbac-policy'
import { InsufficientAuthority, InvalidRequest } from '../../errors/errors.ts'
import type { PrincipalCall } from '../calls/call.ts'

/**
 * A principal can grant only roles that exist and that they hold, at the same scope and for no longer.
 *
 * @throws InsufficientAuthority, InvalidRequest
 */
export function assertCanGrant(
  { server: { policy }, principal, moment }: Pick<PrincipalCall, 'server' | 'principal' | 'moment'>,
  wanted: WantedBinding,
  kind: 'role' | 'token' = 'role',
): void {
  const denied = policy.canGrant(principal, wanted, moment)
  if (denied === null) return
  const { cause, reason, remedy } = denied
  if (cause === 'unknown') throw new InvalidRequest(reason, remedy)
  const because = `You cannot ${describeBinding(wanted, kind)} because ${reason}.`
  throw new InsufficientAuthority(because, remedy, { rule: 'insufficient-authority' })
}

function describeBinding({ role, permissions }: WantedBinding, kind: 'role' | 'token'): string {
  if (permissions !== undefined) return kind === 'token' ? 'create this token' : 'grant these permissions'
  return kind === 'token' ? `create ${/^[aeiou]/.test(role) ? 'an' : 'a'} ${role} token` : `grant the role ${role}`
}
