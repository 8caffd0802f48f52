import type { PolicyMatrix } from '@rack-gateway/gateway-api'

type Role = PolicyMatrix['roles'][number]

/**
 * The roles whose own lines grant a permission of `role`: roles that `role` extends, or `role` itself if none of these
 * has the permission.
 */
export function grantOrigins(
  role: Role,
  permission: PolicyMatrix['permissions'][number],
  roles: PolicyMatrix['roles'],
): readonly Role[] {
  const bases = roles.filter(({ name }) => role.extends.includes(name) && permission.roles.includes(name))
  const origins = bases.filter((one) => !one.extends.some((name) => permission.roles.includes(name)))
  return origins.length === 0 ? [role] : origins
}
