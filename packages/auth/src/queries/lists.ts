import {
  apiTokens,
  bindings,
  type Database,
  type FactorKind,
  lastUses,
  secondFactors,
  serviceAccounts,
  sessions,
  users,
} from '@rack-gateway/database'
import { and, desc, eq, inArray, or, type SQL, sql } from 'drizzle-orm'
import { checkId } from '../admin/names.ts'
import { createWorkloadLists } from '../workloads/lists.ts'
import { createAccessReview, uuidFromText } from './access-review.ts'
import { createGroupLists, isInGroup } from './group-lists.ts'
import { createInvitationLists } from './invitation-lists.ts'
import { grantsOf, parsePermissions } from './listed-grants.ts'
import { createLiveCallLists } from './live-call-lists.ts'
import { afterCursor, onlyItem, type PageRequest, pageOf, positionOf } from './page.ts'
import { createSecondFactorLists } from './second-factor-lists.ts'

export type Lists = ReturnType<typeof createLists>

interface OwnerFilter {
  /** The ID of a user or service account. */
  readonly owner?: string | undefined
}

interface UserFilter {
  /** The name of a group. */
  readonly group?: string | undefined
  readonly withoutFactor?: boolean
}

/** Pages of groups and of the access review are sorted by name, all other pages newest first. No page has secrets. */
export function createLists(database: Pick<Database, 'db'>) {
  const { db } = database
  async function userPage(page: PageRequest, filter?: SQL) {
    const rows = await db
      .select({ ...userColumns, position: positionOf(users) })
      .from(users)
      .where(and(filter, afterCursor(users, page)))
      .orderBy(desc(users.createdAt), desc(users.id))
      .limit(page.limit + 1)
    return pageOf(rows, page.limit, ({ position: _, ...user }) => user)
  }

  async function sessionPage(page: PageRequest, filter?: SQL) {
    const rows = await db
      .select({ ...sessionColumns, position: positionOf(sessions) })
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.userId))
      .leftJoin(lastUses, eq(lastUses.credential, sessions.id))
      .where(and(filter, afterCursor(sessions, page)))
      .orderBy(desc(sessions.createdAt), desc(sessions.id))
      .limit(page.limit + 1)
    return pageOf(rows, page.limit, ({ position: _, ...session }) => session)
  }

  async function tokenPage(page: PageRequest, filter?: SQL) {
    const rows = await db
      .select({ ...tokenColumns, position: positionOf(apiTokens) })
      .from(apiTokens)
      .leftJoin(users, eq(users.id, apiTokens.userId))
      .leftJoin(serviceAccounts, eq(serviceAccounts.id, apiTokens.serviceAccountId))
      .leftJoin(lastUses, eq(lastUses.credential, apiTokens.id))
      .where(and(filter, afterCursor(apiTokens, page)))
      .orderBy(desc(apiTokens.createdAt), desc(apiTokens.id))
      .limit(page.limit + 1)
    const grants = await grantsOf(
      db,
      'api-token',
      rows.map(({ id }) => id),
    )
    return pageOf(rows, page.limit, ({ position: _, ...token }) => ({ ...token, grants: grants.get(token.id) ?? [] }))
  }

  async function accountPage(page: PageRequest, filter?: SQL) {
    const rows = await db
      .select({ ...accountColumns, position: positionOf(serviceAccounts) })
      .from(serviceAccounts)
      .where(and(filter, afterCursor(serviceAccounts, page)))
      .orderBy(desc(serviceAccounts.createdAt), desc(serviceAccounts.id))
      .limit(page.limit + 1)
    return pageOf(rows, page.limit, ({ position: _, ...account }) => account)
  }

  async function bindingPage(page: PageRequest, filter?: SQL) {
    const rows = await db
      .select({ ...bindingColumns, position: positionOf(bindings) })
      .from(bindings)
      .where(and(filter, afterCursor(bindings, page)))
      .orderBy(desc(bindings.createdAt), desc(bindings.id))
      .limit(page.limit + 1)
    return pageOf(rows, page.limit, ({ position: _, ...binding }) => toBinding(binding))
  }

  /** The bindings with these IDs, oldest first. Leaves out unknown IDs. */
  async function bindingsById(ids: readonly string[]) {
    if (ids.length === 0) return []
    const rows = await db
      .select({ ...bindingColumns, grantedBy: bindings.createdBy, granterEmail: users.email })
      .from(bindings)
      .leftJoin(users, eq(users.id, uuidFromText(sql`${bindings.createdBy}`)))
      .where(inArray(bindings.id, [...ids]))
      .orderBy(bindings.createdAt, bindings.id)
    return rows.map(toBinding)
  }

  const one = { limit: 1 }
  return {
    ...createWorkloadLists(database),
    ...createGroupLists(database),
    ...createAccessReview(database),
    ...createInvitationLists(database),
    ...createLiveCallLists(database),
    ...createSecondFactorLists(database),
    users: (page: PageRequest, { group, withoutFactor = false }: UserFilter = {}) =>
      userPage(
        page,
        and(group === undefined ? undefined : isInGroup(group), withoutFactor ? hasNoSecondFactor : undefined),
      ),
    user: (id: string) => onlyItem(userPage(one, eq(users.id, checkId('user', id))), 'user'),
    sessions: (page: PageRequest, owner?: string) =>
      sessionPage(page, owner === undefined ? undefined : eq(sessions.userId, owner)),
    session: (id: string) => onlyItem(sessionPage(one, eq(sessions.id, checkId('session', id))), 'session'),
    tokens: (page: PageRequest, { owner }: OwnerFilter) =>
      tokenPage(
        page,
        owner === undefined ? undefined : or(eq(apiTokens.userId, owner), eq(apiTokens.serviceAccountId, owner)),
      ),
    token: (id: string) => onlyItem(tokenPage(one, eq(apiTokens.id, checkId('API token', id))), 'API token'),
    serviceAccounts: (page: PageRequest) => accountPage(page),
    serviceAccount: (id: string) =>
      onlyItem(accountPage(one, eq(serviceAccounts.id, checkId('service account', id))), 'service account'),
    bindings: (page: PageRequest, subject?: string) =>
      bindingPage(page, subject === undefined ? undefined : eq(bindings.subjectId, subject)),
    bindingsById,
    /** The bindings that apply to a user, oldest first: the user's own, and the bindings of the user's groups. */
    bindingsOfUser: (id: string) => bindingsOfUser(db, id),
    binding: (id: string) => onlyItem(bindingPage(one, eq(bindings.id, checkId('binding', id))), 'binding'),
  }
}

async function bindingsOfUser(db: Database['db'], id: string) {
  const own = and(eq(bindings.subjectKind, 'user'), eq(bindings.subjectId, sql`${users.id}::text`))
  const ofGroup = and(eq(bindings.subjectKind, 'group'), sql`${bindings.subjectId} = any(${users.groups})`)
  const rows = await db
    .select(bindingColumns)
    .from(bindings)
    .innerJoin(users, or(own, ofGroup))
    .where(eq(users.id, checkId('user', id)))
    .orderBy(bindings.createdAt, bindings.id)
  return rows.map(toBinding)
}

/** Spells out `users.id`, because drizzle leaves the table out of a column in a query of one table. */
const factorsOfUser = sql`from ${secondFactors} f where f.user_id = users.id`
const hasNoSecondFactor = sql`not exists (select 1 ${factorsOfUser})`

const userColumns = {
  id: users.id,
  email: users.email,
  issuer: users.issuer,
  createdAt: users.createdAt,
  lockedAt: users.lockedAt,
  lockedReason: users.lockedReason,
  groups: users.groups,
  secondFactors: sql<FactorKind[]>`array(select distinct f.kind ${factorsOfUser} order by 1)`.mapWith(users.groups),
}
const sessionColumns = {
  id: sessions.id,
  userId: sessions.userId,
  email: users.email,
  device: sessions.device,
  rack: sessions.rack,
  authenticatedAt: sessions.authenticatedAt,
  createdAt: sessions.createdAt,
  expiresAt: sessions.expiresAt,
  endedAt: sessions.endedAt,
  endedReason: sessions.endedReason,
  renewable: sessions.renewable,
  usedAt: lastUses.usedAt,
  usedFrom: lastUses.address,
}
const tokenColumns = {
  id: apiTokens.id,
  name: apiTokens.name,
  prefix: apiTokens.prefix,
  userId: apiTokens.userId,
  serviceAccountId: apiTokens.serviceAccountId,
  ownerEmail: users.email,
  ownerAccount: serviceAccounts.name,
  rack: apiTokens.rack,
  sources: apiTokens.sources,
  createdAt: apiTokens.createdAt,
  expiresAt: apiTokens.expiresAt,
  revokedAt: apiTokens.revokedAt,
  usedAt: lastUses.usedAt,
  usedFrom: lastUses.address,
}
const accountColumns = {
  id: serviceAccounts.id,
  name: serviceAccounts.name,
  createdAt: serviceAccounts.createdAt,
  disabledAt: serviceAccounts.disabledAt,
}
const bindingColumns = {
  id: bindings.id,
  subjectKind: bindings.subjectKind,
  subjectId: bindings.subjectId,
  role: bindings.role,
  racks: bindings.racks,
  apps: bindings.apps,
  expiresAt: bindings.expiresAt,
  permissions: bindings.permissions,
  reason: bindings.reason,
  createdAt: bindings.createdAt,
}

function toBinding<R extends { readonly permissions: string | null }>({ permissions, ...binding }: R) {
  return { ...binding, permissions: parsePermissions(permissions) }
}
