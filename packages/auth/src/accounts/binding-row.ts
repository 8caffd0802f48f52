import type { bindings } from '@rack-gateway/database'
import type { Binding } from '@rack-gateway/rbac-policy'

export type BindingRow = typeof bindings.$inferSelect

export function bindingOf({ id, role, racks, apps, expiresAt, permissions }: BindingRow): Binding {
  const only = permissions === null ? {} : { permissions: permissions.split(' ') }
  return { id, role, racks, apps, expiresAt: expiresAt?.getTime() ?? null, ...only }
}
