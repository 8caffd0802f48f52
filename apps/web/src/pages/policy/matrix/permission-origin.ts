import type { PolicyMatrix } from '@rack-gateway/gateway-api'

type Role = PolicyMatrix['roles'][number]

/**
 * The roles from which `role` inherits the permission: the roles that it extends, directly or indirectly, and that do
 * not inherit the permission themselves. If there are none, `role` itself lists the permission, and is the result.
 */
export function permissionOrigins(
  role: Role,
  permission: PolicyMatrix['permissions'][number],
  roles: PolicyMatrix['roles'],
): readonly Role[] {
  const bases = roles.filter(({ name }) => role.extends.includes(name) && permission.roles.includes(name))
  const origins = bases.filter((one) => !one.extends.some((name) => permission.roles.includes(name)))
  return origins.length === 0 ? [role] : origins
}
