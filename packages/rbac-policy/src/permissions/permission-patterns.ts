import type { Permission } from '../model/types.ts'
import { implied, permissionDescriptions } from './permissions.ts'

export function expandWithImplied(granted: readonly Permission[]): ReadonlySet<Permission> {
  const named = granted.flatMap(expandPermission)
  return new Set(named.flatMap((permission) => [permission, ...(implied[permission] ?? [])]))
}

/** `*` matches one segment; at the end of the pattern, one or more. @returns empty if no permission matches */
export function expandPermission(pattern: Permission): Permission[] {
  if (!pattern.includes('*')) return Object.hasOwn(permissionDescriptions, pattern) ? [pattern] : []
  const wanted = pattern.split(':')
  return Object.keys(permissionDescriptions).filter((name) => covers(wanted, name.split(':')))
}

function covers(wanted: readonly string[], segments: readonly string[]): boolean {
  const isOpenEnded = wanted.at(-1) === '*'
  if (isOpenEnded ? segments.length < wanted.length : segments.length !== wanted.length) return false
  return wanted.every((segment, index) => segment === '*' || segment === segments[index])
}
