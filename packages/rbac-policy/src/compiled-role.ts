import { implied, permissions } from './permissions.ts'
import type { Permission, Role } from './types.ts'

/** A role that answers at once whether it has a permission. */
export interface CompiledRole {
  readonly name: string
  has(permission: Permission): boolean
}

/** Compiles a role: wildcards are spelled out, and what a permission implies is added. `*` has also what has no name yet. */
export function compileRole({ name, permissions: granted }: Role): CompiledRole {
  if (granted.includes('*')) return { name, has: () => true }
  const spelledOut = granted.flatMap(expandPermission)
  const all = new Set(spelledOut.flatMap((permission) => [permission, ...(implied[permission] ?? [])]))
  return { name, has: (permission) => all.has(permission) }
}

/** The permissions that a name or pattern stands for: `*` for one whole segment, at the end for one or more. Empty when there is none. */
export function expandPermission(pattern: Permission): Permission[] {
  const wanted = pattern.split(':')
  return permissions.map((entry) => entry.name).filter((name) => covers(wanted, name.split(':')))
}

function covers(wanted: readonly string[], segments: readonly string[]): boolean {
  const open = wanted.at(-1) === '*'
  if (open ? segments.length < wanted.length : segments.length !== wanted.length) return false
  return wanted.every((segment, place) => segment === '*' || segment === segments[place])
}
