import { implied, permissionDescriptions } from './permissions.ts'
import type { Permission } from './types.ts'

/** The permissions that names and patterns come to, with those that they imply. */
export function spelledOut(granted: readonly Permission[]): ReadonlySet<Permission> {
  const named = granted.flatMap(expandPermission)
  return new Set(named.flatMap((permission) => [permission, ...(implied[permission] ?? [])]))
}

/** The permissions that a name or pattern stands for: `*` for one whole segment, at the end for one or more. Empty when there is none. */
export function expandPermission(pattern: Permission): Permission[] {
  if (!pattern.includes('*')) return Object.hasOwn(permissionDescriptions, pattern) ? [pattern] : []
  const wanted = pattern.split(':')
  return Object.keys(permissionDescriptions).filter((name) => covers(wanted, name.split(':')))
}

function covers(wanted: readonly string[], segments: readonly string[]): boolean {
  const open = wanted.at(-1) === '*'
  if (open ? segments.length < wanted.length : segments.length !== wanted.length) return false
  return wanted.every((segment, place) => segment === '*' || segment === segments[place])
}
