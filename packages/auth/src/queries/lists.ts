import {
  apiTokens,
  bindings,
  type Database,
  type FactorKind,
  invitations,
  lastUses,
  secondFactors,
  serviceAccounts,
  sessions,
  users,
} from '@rack-gateway/database'
import { and, eq, getTableColumns, gt, inArray, isNull, or, type SQL, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { noSuchItem } from '../errors/errors.ts'
import { checkId } from '../transactions/names.ts'
import { createAccessLists } from './access-lists.ts'
import { createAccessReview, uuidFromText } from './access-review.ts'
import { createGroupLists, isInGroup } from './group-lists.ts'
import { parsePermissions, withBindings } from './listed-bindings.ts'
import { createLiveCallLists } from './live-call-lists.ts'
import { createNoticeLists } from './notice-lists.ts'
import { onlyItem, type PageRequest, positionOf, readPage } from './page.ts'
import { createSecondFactorLists } from './second-factor-lists.ts'
import { createWorkloadLists } from './workload-lists.ts'

export type Lists = ReturnType<typeof createLists>

interface UserFilter {
  /** The name of a group. */
  readonly group?: string | undefined
  /** A part of the email address, in any case. */
  readonly search?: string | undefined
  readonly withoutFactor?: boolean
}

interface TokenFilter {
  /** The ID of a user or service account. */
  readonly owner?: string | undefined
  /** A part of the name, in any case. */
  readonly search?: string | undefined
}

/** Pages of groups and of the access review are sorted by name, all other pages newest first. No page has secrets. */
export function createLists(database: Pick<Database, 'db'>) {
  const { db } = database
  function userPage(page: PageRequest, filter?: SQL) {
    const query = db.select({ ...userColumns, position: positionOf(users) }).from(users)
    return readPage(query.$dynamic(), users, page, filter)
  }

  function sessionPage(page: PageRequest, filter?: SQL) {
    const query = db
      .select({ ...sessionColumns, position: positionOf(sessions) })
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.userId))
      .leftJoin(lastUses, eq(lastUses.credential, sessions.id))
    return readPage(query.$dynamic(), sessions, page, filter)
  }

  async function tokenPage(page: PageRequest, filter?: SQL) {
    const query = db
      .select({ ...tokenColumns, position: positionOf(apiTokens) })
      .from(apiTokens)
      .leftJoin(users, eq(users.id, apiTokens.userId))
      .leftJoin(serviceAccounts, eq(serviceAccounts.id, apiTokens.serviceAccountId))
      .leftJoin(lastUses, eq(lastUses.credential, apiTokens.id))
    return withBindings(db, 'api-token', await readPage(query.$dynamic(), apiTokens, page, filter))
  }

  function accountPage(page: PageRequest, filter?: SQL) {
    const columns = { ...getTableColumns(serviceAccounts), position: positionOf(serviceAccounts) }
    return readPage(db.select(columns).from(serviceAccounts).$dynamic(), serviceAccounts, page, filter)
  }

  async function bindingPage(page: PageRequest, filter?: SQL) {
    const query = db.select({ ...bindingColumns, position: positionOf(bindings) }).from(bindings)
    const { items, next } = await readPage(query.$dynamic(), bindings, page, filter)
    return { items: items.map(toBinding), next }
  }

  function invitationPage(page: PageRequest, filter?: SQL) {
    const query = db
      .select({ ...getTableColumns(invitations), inviterEmail: users.email, position: positionOf(invitations) })
      .from(invitations)
      .innerJoin(users, eq(users.id, invitations.invitedBy))
    return readPage(query.$dynamic(), invitations, page, filter)
  }

  /** The bindings with these IDs, oldest first. Leaves out unknown IDs. */
  async function bindingsById(ids: readonly string[]) {
    if (ids.length === 0) return []
    const rows = await db
      .select({ ...bindingColumns, grantedBy: createdBy, granterEmail: users.email })
      .from(bindings)
      .leftJoin(users, eq(users.id, uuidFromText(sql`${createdBy}`)))
      .where(inArray(bindings.id, [...ids]))
      .orderBy(bindings.createdAt, bindings.id)
    return rows.map(toBinding)
  }

  const one = { limit: 1 }
  return {
    ...createWorkloadLists(database),
    ...createGroupLists(database),
    ...createAccessReview(database),
    ...createAccessLists(database),
    ...createLiveCallLists(database),
    ...createSecondFactorLists(database),
    ...createNoticeLists(database),
    users: (page: PageRequest, { group, search, withoutFactor = false }: UserFilter = {}) =>
      userPage(
        page,
        and(
          group === undefined ? undefined : isInGroup(group),
          search === undefined ? undefined : contains(users.email, search),
          withoutFactor ? hasNoSecondFactor : undefined,
        ),
      ),
    /** Who a user is, whatever the identity provider. @throws NotFound */
    async person(id: string) {
      const { email, subject } = users
      const [found] = await db
        .select({ id: users.id, email, subject })
        .from(users)
        .where(eq(users.id, checkId('user', id)))
      if (found === undefined) throw noSuchItem('user')
      return found
    },
    user: (id: string) => onlyItem(userPage(one, eq(users.id, checkId('user', id))), 'user'),
    sessions: (page: PageRequest, owner?: string) =>
      sessionPage(page, owner === undefined ? undefined : eq(sessions.userId, owner)),
    session: (id: string) => onlyItem(sessionPage(one, eq(sessions.id, checkId('session', id))), 'session'),
    tokens: (page: PageRequest, { owner, search }: TokenFilter) =>
      tokenPage(
        page,
        and(
          owner === undefined ? undefined : or(eq(apiTokens.userId, owner), eq(apiTokens.serviceAccountId, owner)),
          search === undefined ? undefined : contains(apiTokens.name, search),
        ),
      ),
    token: (id: string) => onlyItem(tokenPage(one, eq(apiTokens.id, checkId('API token', id))), 'API token'),
    serviceAccounts: (page: PageRequest) => accountPage(page),
    serviceAccount: (id: string) =>
      onlyItem(accountPage(one, eq(serviceAccounts.id, checkId('service account', id))), 'service account'),
    /** Includes ended invitations. */
    invitations: (page: PageRequest) => invitationPage(page),
    invitation: (id: string) =>
      onlyItem(invitationPage(one, eq(invitations.id, checkId('invitation', id))), 'invitation'),
    bindings: (page: PageRequest, subject?: string) =>
      bindingPage(page, subject === undefined ? undefined : eq(bindings.subjectId, subject)),
    bindingsById,
    /** Users who are not locked and have one of these roles on all racks and apps, also through a group. */
    usersWithRole: (roles: readonly string[], request: { readonly limit: number; readonly now: number }) =>
      usersWithRole(db, roles, request),
    /** The bindings that apply to a user, oldest first: the user's own, and the bindings of the user's groups. */
    bindingsOfUser: (id: string) => bindingsOfUser(db, id),
    bindingsOfServiceAccount: (id: string) => bindingsOfServiceAccount(db, id),
    binding: (id: string) => onlyItem(bindingPage(one, eq(bindings.id, checkId('binding', id))), 'binding'),
  }
}

function contains(column: PgColumn, text: string): SQL {
  return sql`position(lower(${text}) in lower(${column})) > 0`
}

interface RoleHolderRequest {
  readonly limit: number
  /** Milliseconds since the epoch. */
  readonly now: number
}

async function usersWithRole(db: Database['db'], roles: readonly string[], { limit, now }: RoleHolderRequest) {
  if (roles.length === 0) return []
  const own = and(eq(bindings.subjectKind, 'user'), eq(bindings.subjectId, sql`${users.id}::text`))
  const ofGroup = and(eq(bindings.subjectKind, 'group'), sql`${bindings.subjectId} = any(${users.groups})`)
  return db
    .selectDistinct({ id: users.id, email: users.email })
    .from(bindings)
    .innerJoin(users, or(own, ofGroup))
    .where(
      and(
        inArray(bindings.role, [...roles]),
        eq(bindings.racks, '*'),
        eq(bindings.apps, '*'),
        isNull(users.lockedAt),
        or(isNull(bindings.expiresAt), gt(bindings.expiresAt, new Date(now))),
      ),
    )
    .orderBy(users.email, users.id)
    .limit(limit)
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

async function bindingsOfServiceAccount(db: Database['db'], id: string) {
  const own = and(eq(bindings.subjectKind, 'service-account'), eq(bindings.subjectId, id))
  const rows = await db.select(bindingColumns).from(bindings).where(own).orderBy(bindings.createdAt, bindings.id)
  return rows.map(toBinding)
}

/** `users.id` is plain text here, because drizzle writes a column without its table if the query has only one table. */
const factorsOfUser = sql`from ${secondFactors} f where f.user_id = users.id`
const hasNoSecondFactor = sql`not exists (select 1 ${factorsOfUser})`

const { subject: _, ...ownUserColumns } = getTableColumns(users)
const userColumns = {
  ...ownUserColumns,
  secondFactors: sql<FactorKind[]>`array(select distinct f.kind ${factorsOfUser} order by 1)`.mapWith(users.groups),
}
const useColumns = { usedAt: lastUses.usedAt, usedFrom: lastUses.address }
const sessionColumns = { ...getTableColumns(sessions), email: users.email, ...useColumns }
const tokenColumns = {
  ...getTableColumns(apiTokens),
  ownerEmail: users.email,
  ownerAccount: serviceAccounts.name,
  ...useColumns,
}
const { createdBy, invitation, ...bindingColumns } = getTableColumns(bindings)

function toBinding<R extends { readonly permissions: string | null }>({ permissions, ...binding }: R) {
  return { ...binding, permissions: parsePermissions(permissions) }
}
