import type { PolicyMatrix } from '@rack-gateway/gateway-api'

type Role = PolicyMatrix['roles'][number]

/** The roles whose own lines give a role its permission: the role itself, or those of the roles that it extends. */
export function grantOrigins(
  role: Role,
  permission: PolicyMatrix['permissions'][number],
  roles: PolicyMatrix['roles'],
): readonly Role[] {
  const above = roles.filter(({ name }) => role.extends.includes(name) && permission.roles.includes(name))
  const direct = above.filter((one) => !one.extends.some((name) => permission.roles.includes(name)))
  return direct.length === 0 ? [role] : direct
}
