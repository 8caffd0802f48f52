import type { Me } from '@rack-gateway/gateway-api'

/** @param permission a permission of the management API, which must be granted on all racks and apps */
export function can(me: Pick<Me, 'permissions'>, permission: string): boolean {
  return me.permissions?.includes(permission) === true
}

/** A permission `…:list` of the rack API. */
export type ListPermission = `${string}:list`

/** The racks on which the person can list something: of the whole rack, or of at least one of its apps. */
export function racksToList(
  { listPermissions = [] }: Pick<Me, 'listPermissions'>,
  permission: ListPermission,
  of: 'rack' | 'apps' = 'apps',
): readonly string[] {
  return listPermissions.flatMap(({ racks, onAllApps, onSomeApps }) =>
    onAllApps.includes(permission) || (of === 'apps' && onSomeApps.includes(permission)) ? racks : [],
  )
}

/** Whether the person has the permission only on some apps of the rack, so that each app must be asked about. */
export function dependsOnApp(
  { listPermissions = [] }: Pick<Me, 'listPermissions'>,
  permission: ListPermission,
  rack: string,
): boolean {
  return listPermissions.some(({ racks, onSomeApps }) => racks.includes(rack) && onSomeApps.includes(permission))
}
