import type { Me } from '@rack-gateway/gateway-api'

/** Whether the management API permits the person something on all racks and apps. Pages hide what it would refuse. */
export function can(me: Me, permission: string): boolean {
  return me.permissions?.includes(permission) === true
}
