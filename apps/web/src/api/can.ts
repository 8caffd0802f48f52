import type { Me } from '@rack-gateway/gateway-api'

/** Whether the person has a permission of the management API on all racks and apps. Pages hide actions that it would deny. */
export function can(me: Me, permission: string): boolean {
  return me.permissions?.includes(permission) === true
}
