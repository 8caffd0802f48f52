import { type BindingSubject, bindings, type Database } from '@rack-gateway/database'
import { and, eq, inArray } from 'drizzle-orm'

/** A binding of an API token or trust. Lists include expired bindings. */
export interface ListedGrant {
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

/** Oldest first. */
export async function grantsOf(
  db: Database['db'],
  kind: BindingSubject,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly ListedGrant[]>> {
  const grants = new Map<string, ListedGrant[]>()
  if (ids.length === 0) return grants
  const ofThese = and(eq(bindings.subjectKind, kind), inArray(bindings.subjectId, [...ids]))
  const rows = await db.select().from(bindings).where(ofThese).orderBy(bindings.createdAt, bindings.id)
  for (const { id, subjectId, role, racks, apps, permissions, expiresAt, reason } of rows) {
    const grant = { id, role, permissions: parsePermissions(permissions), racks, apps, expiresAt, reason }
    grants.set(subjectId, [...(grants.get(subjectId) ?? []), grant])
  }
  return grants
}

/** Spaces separate the permissions in the database. */
export function parsePermissions(permissions: string | null): readonly string[] | null {
  return permissions?.split(' ') ?? null
}
