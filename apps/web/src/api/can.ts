import type { Me } from '@rack-gateway/gateway-api'

/** @param permission a permission of the management API, which must be granted on all racks and apps */
export function can(me: Me, permission: string): boolean {
  return me.permissions?.includes(permission) === true
}
