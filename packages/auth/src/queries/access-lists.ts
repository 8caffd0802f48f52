import type { Database } from '@rack-gateway/database'
import type { Binding } from '@rack-gateway/rbac-policy'
import { type SQL, sql } from 'drizzle-orm'
import { type ReviewedBinding, reviewPage } from './access-review.ts'
import { parsePermissions } from './listed-bindings.ts'
import type { Page, PageRequest } from './page.ts'

/** A binding, with the bindings of the owner if the subject is an API token, because they limit the token. */
export interface AccessBinding extends ReviewedBinding {
  readonly ownerBindings: readonly Binding[] | null
}

export interface AppAccessFilter {
  readonly rack: string
  readonly app: string
  /** Only bindings to these roles, and bindings of individual permissions. */
  readonly roles: readonly string[]
  /** Milliseconds since the epoch. */
  readonly now: number
}

export interface UserAccessFilter {
  readonly user: string
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** Parts of the access review: the bindings that concern one app, or one user. */
export function createAccessLists({ db }: Pick<Database, 'db'>) {
  async function accessPage(page: PageRequest, now: number, filter: SQL): Promise<Page<AccessBinding>> {
    const { items, next } = await reviewPage(db, page, { now, filter })
    const tokens = items.filter(({ subjectKind }) => subjectKind === 'api-token').map(({ subjectId }) => subjectId)
    const byToken = await ownerBindings(db, tokens)
    return {
      items: items.map((item) => ({
        ...item,
        ownerBindings: item.subjectKind === 'api-token' ? (byToken.get(item.subjectId) ?? []) : null,
      })),
      next,
    }
  }

  return {
    appAccess: (page: PageRequest, { rack, app, roles, now }: AppAccessFilter) =>
      accessPage(
        page,
        now,
        sql`${rack}::text like ${likePattern(sql`racks`)} and ${app}::text like ${likePattern(sql`apps`)}
          and (token_rack is null or token_rack = ${rack})
          and (permissions is not null or role = any(string_to_array(${roles.join(' ')}, ' ')))`,
      ),
    /** The bindings of the user, of the user's groups, and of the user's API tokens. */
    userAccess: (page: PageRequest, { user, now }: UserAccessFilter) =>
      accessPage(
        page,
        now,
        sql`(subject_kind = 'user' and subject_id = ${user}) or (subject_kind = 'api-token' and owner_id = ${user})`,
      ),
  }
}

/** Patterns of racks and apps contain only letters, digits, dashes, and stars. */
function likePattern(pattern: SQL): SQL {
  return sql`replace(${pattern}, '*', '%')`
}

interface OwnerRow extends Record<string, unknown> {
  readonly token: string
  readonly id: string
  readonly role: string
  readonly permissions: string | null
  readonly racks: string
  readonly apps: string
  /** Milliseconds since the epoch. */
  readonly expiresAt: number | null
}

/** The bindings of the owners of API tokens, by the ID of the token. */
async function ownerBindings(
  db: Database['db'],
  tokens: readonly string[],
): Promise<ReadonlyMap<string, readonly Binding[]>> {
  if (tokens.length === 0) return new Map()
  const rows = await db.execute<OwnerRow>(sql`
    select t.id::text as token, b.id::text as id, b.role, b.permissions, b.racks, b.apps,
      floor(extract(epoch from b.expires_at) * 1000)::float8 as "expiresAt"
    from gateway.api_tokens t
    left join gateway.users u on u.id = t.user_id
    join gateway.bindings b on (b.subject_kind = 'user' and b.subject_id = t.user_id::text)
      or (b.subject_kind = 'group' and b.subject_id = any(u.groups))
      or (b.subject_kind = 'service-account' and b.subject_id = t.service_account_id::text)
    where t.id::text in (${sql.join(
      tokens.map((id) => sql`${id}`),
      sql`, `,
    )})`)
  const byToken = new Map<string, Binding[]>()
  for (const { token, permissions, ...terms } of rows) {
    const only = parsePermissions(permissions)
    const binding = { ...terms, ...(only !== null && { permissions: only }) }
    byToken.set(token, [...(byToken.get(token) ?? []), binding])
  }
  return byToken
}
