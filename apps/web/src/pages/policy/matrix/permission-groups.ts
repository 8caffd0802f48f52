import type { PolicyMatrix } from '@rack-gateway/gateway-api'

type Permission = PolicyMatrix['permissions'][number]

export interface PermissionGroup {
  /** The kind of resource, such as `release`. */
  readonly name: string
  readonly permissions: readonly Permission[]
}

export function permissionGroups(permissions: readonly Permission[], filter: string): readonly PermissionGroup[] {
  const words = filter.toLowerCase().split(/\s+/)
  const groups = new Map<string, Permission[]>()
  for (const permission of permissions) {
    const text = `${permission.name} ${permission.description}`.toLowerCase()
    if (!words.every((word) => text.includes(word))) continue
    const [name = ''] = permission.name.split(':')
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [permission])
    else group.push(permission)
  }
  return [...groups].map(([name, permissions]) => ({ name, permissions }))
}
