import { type BindingSubject, bindings, type Database } from '@rack-gateway/database'
import { and, eq, inArray } from 'drizzle-orm'
import type { Page } from './page.ts'

/** A binding of an API token or trust. Lists include expired bindings. */
export interface ListedBinding {
  /** The ID of the binding. */
  readonly id: string
  readonly role: string
  /** The permissions that replace the permissions of the role, or null. */
  readonly permissions: readonly string[] | null
  readonly racks: string
  readonly apps: string
  readonly expiresAt: Date | null
  readonly reason: string | null
}

/** Adds the bindings of each item, oldest first. */
export async function withBindings<T extends { readonly id: string }>(
  db: Database['db'],
  kind: BindingSubject,
  { items, next }: Page<T>,
): Promise<Page<T & { readonly bindings: readonly ListedBinding[] }>> {
  const byItem = new Map(items.map(({ id }) => [id, [] as ListedBinding[]]))
  const ofItems = and(eq(bindings.subjectKind, kind), inArray(bindings.subjectId, [...byItem.keys()]))
  const rows =
    items.length === 0 ? [] : await db.select().from(bindings).where(ofItems).orderBy(bindings.createdAt, bindings.id)
  for (const { id, subjectId, role, racks, apps, permissions, expiresAt, reason } of rows)
    byItem
      .get(subjectId)
      ?.push({ id, role, permissions: parsePermissions(permissions), racks, apps, expiresAt, reason })
  return { items: items.map((item) => ({ ...item, bindings: byItem.get(item.id) ?? [] })), next }
}

/** Spaces separate the permissions in the database. */
export function parsePermissions(permissions: string | null): readonly string[] | null {
  return permissions?.split(' ') ?? null
}
