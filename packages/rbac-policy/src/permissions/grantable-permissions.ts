import type { Permission } from '../model/types.ts'

/**
 * Whether the grant of an access request can give a permission. A grant never changes the gateway, except for the
 * sessions and tokens of its own user.
 */
export function isGrantable(permission: Permission): boolean {
  return !permission.startsWith('gateway:') || permission.endsWith(':read') || permission === 'gateway:self:write'
}
