import type { PolicyMatrix } from '@rack-gateway/gateway-api'

type Role = PolicyMatrix['roles'][number]

/**
 * The roles from which `role` has the permission. These are the roles that `role` extends, directly or indirectly, and
 * that do not have the permission from another role. If there are none, the result is `role` itself.
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
