import type { CanInvite } from '@rack-gateway/auth/login'
import { endpoints } from '@rack-gateway/gateway-api'
import type { Policy } from '@rack-gateway/rbac-policy'

/** All apps of all racks. */
const everywhere = { rack: '*', app: null, scope: 'rack' } as const
const { permission, additionalPermission } = endpoints.createInvitation

export function canInvite(
  policy: Pick<Policy, 'hasPermission' | 'canGrant'>,
  ...[inviter, grants, moment]: Parameters<CanInvite>
): boolean {
  const canCreate = [permission, additionalPermission].every((needed) =>
    policy.hasPermission(inviter, needed, everywhere, moment),
  )
  return canCreate && grants.every((grant) => policy.canGrant(inviter, toWantedGrant(grant), moment) === null)
}

function toWantedGrant({ expiresAt, ...grant }: Parameters<CanInvite>[1][number]) {
  return { ...grant, until: expiresAt === null ? null : Date.parse(expiresAt) }
}
