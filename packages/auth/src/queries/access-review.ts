import type { BindingSubject, Database } from '@rack-gateway/database'
import { type SQL, sql } from 'drizzle-orm'
import { InvalidCursor } from '../errors/errors.ts'
import { isId } from '../transactions/names.ts'
import { parsePermissions } from './listed-bindings.ts'
import type { Page, PageRequest } from './page.ts'

/** A role of a subject, through one binding. */
export interface ReviewedBinding {
  readonly subjectKind: BindingSubject
  /** The ID of the subject; the name of a group that has no known members. */
  readonly subjectId: string
  readonly subjectName: string
  /** The issuer of a user or trust; else null. */
  readonly issuer: string | null
  /** The owner of an API token; else null. */
  readonly owner: string | null
  /** The ID of the owner of an API token; else null. */
  readonly ownerId: string | null
  /** When the binding or the API token expires, whichever is first; null for never. */
  readonly endsAt: Date | null
  /** The only rack that an API token is valid for; null for every rack, and for other subjects. */
  readonly tokenRack: string | null
  /** Whether the user is locked, or the service account is disabled. For an API token: whether its owner is. */
  readonly suspended: boolean
  readonly role: string
  /** The permissions that replace the permissions of the role, or null. */
  readonly permissions: readonly string[] | null
  readonly racks: string
  readonly apps: string
  /** The ID of the binding. */
  readonly binding: string
  /** The group whose binding the user has, or the group itself; else null. */
  readonly group: string | null
  /** The ID of the invitation. */
  readonly invitation: string | null
  readonly grantedBy: string
  /** Null if the granter is not a user. */
  readonly granterEmail: string | null
  readonly grantedAt: Date
  readonly reason: string | null
  readonly expiresAt: Date | null
  /**
   * For a user: when a session was last used. For an API token: when it was last used. For a service account: when one
   * of its API tokens was last used. For a trust: when it last admitted a job. Null for a group, or if there was no
   * use.
   */
  readonly lastUsedAt: Date | null
}

/** A subject of bindings, with or without a binding. */
export interface KnownSubject {
  readonly kind: string
  readonly id: string
  /** The email address of a user. */
  readonly name: string
  /** Whether the user is locked, or the service account is disabled. */
  readonly suspended: boolean
}

type Row = Omit<ReviewedBinding, 'permissions' | 'grantedAt' | 'expiresAt' | 'endsAt' | 'lastUsedAt'> & {
  readonly permissions: string | null
  readonly grantedAt: number
  readonly expiresAt: number | null
  readonly endsAt: number | null
  readonly lastUsedAt: number | null
}

export function createAccessReview({ db }: Pick<Database, 'db'>) {
  return {
    /** @param now milliseconds since the epoch */
    accessReview: (page: PageRequest, now: number): Promise<Page<ReviewedBinding>> =>
      reviewPage(db, page, { now, filter: sql`true` }),

    /** The users, service accounts, valid API tokens, and trusts: at most `limit`. @param now as above */
    bindingSubjects: async (limit: number, now: number): Promise<readonly KnownSubject[]> =>
      db.execute<KnownSubject & Record<string, unknown>>(sql`
        select 'user' as kind, id::text as id, email as name, locked_at is not null as suspended from gateway.users
        union all select 'service-account', id::text, name, disabled_at is not null from gateway.service_accounts
        union all select 'api-token', id::text, name, false from gateway.api_tokens
          where revoked_at is null and expires_at > ${new Date(now).toISOString()}::timestamptz
        union all select 'trust', id::text, name, false from gateway.trusts where revoked_at is null
        limit ${limit}`),
  }
}

interface ReviewRequest {
  /** Milliseconds since the epoch. */
  readonly now: number
  /** A condition about the columns of `validBindings`. */
  readonly filter: SQL
}

/**
 * Lists every binding that has not expired, sorted by the name of its subject. Leaves out API tokens that were revoked or
 * have expired, and revoked trusts.
 */
export async function reviewPage(
  db: Database['db'],
  { limit, cursor }: PageRequest,
  { now, filter }: ReviewRequest,
): Promise<Page<ReviewedBinding>> {
  const at = sql`${new Date(now).toISOString()}::timestamptz`
  const after = cursor === undefined ? sql`true` : sql`(${position}) > (${sql.join(readCursor(cursor), sql`, `)})`
  const rows = await db.execute<Row & Record<string, unknown>>(sql`
    with granted as (${validBindings(at)}),
      page as (select * from granted where (${filter}) and ${after} order by ${position} limit ${limit + 1})
    select subject_kind as "subjectKind", subject_id as "subjectId", subject_name as "subjectName", issuer, owner,
      owner_id as "ownerId", token_rack as "tokenRack", suspended, role, permissions, racks, apps, binding, "group",
      invitation, granted_by as "grantedBy", reason,
      (select email from gateway.users where id = ${uuidFromText(sql`granted_by`)}) as "granterEmail",
      ${milliseconds(sql`granted_at`)} as "grantedAt", ${milliseconds(sql`expires_at`)} as "expiresAt",
      ${milliseconds(sql`least(expires_at, token_expires_at)`)} as "endsAt",
      ${milliseconds(lastUse)} as "lastUsedAt"
    from page order by ${position}`)
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return { items: shown.map(toBinding), next: rows.length > limit && last ? cursorOf(last) : null }
}

/** Each row has its own position, because a subject has a binding at most once. */
const position = sql`subject_name collate "C", subject_kind collate "C", subject_id collate "C", binding`

function validBindings(at: SQL): SQL {
  const columns = sql`b.role, b.permissions, b.racks, b.apps, b.id as binding, b.invitation,
    b.created_by as granted_by, b.created_at as granted_at, b.reason, b.expires_at`
  const isValid = sql`(b.expires_at is null or b.expires_at > ${at})`
  return sql`
    select 'user' as subject_kind, u.id::text as subject_id, u.email as subject_name, u.issuer, null as owner,
      null as owner_id, null as token_rack, null::timestamptz as token_expires_at,
      u.locked_at is not null as suspended, null as "group", ${columns}
    from gateway.bindings b join gateway.users u on u.id::text = b.subject_id
    where b.subject_kind = 'user' and ${isValid}
    union all
    select case when u.id is null then 'group' else 'user' end, coalesce(u.id::text, b.subject_id),
      coalesce(u.email, b.subject_id), u.issuer, null, null, null, null, u.locked_at is not null, b.subject_id, ${columns}
    from gateway.bindings b left join gateway.users u on b.subject_id = any(u.groups)
    where b.subject_kind = 'group' and ${isValid}
    union all
    select 'service-account', a.id::text, a.name, null, null, null, null, null, a.disabled_at is not null, null, ${columns}
    from gateway.bindings b join gateway.service_accounts a on a.id::text = b.subject_id
    where b.subject_kind = 'service-account' and ${isValid}
    union all
    select 'api-token', t.id::text, t.name, null, coalesce(u.email, a.name),
      coalesce(u.id, a.id)::text, t.rack, t.expires_at,
      u.locked_at is not null or a.disabled_at is not null, null, ${columns}
    from gateway.bindings b join gateway.api_tokens t on t.id::text = b.subject_id
    left join gateway.users u on u.id = t.user_id
    left join gateway.service_accounts a on a.id = t.service_account_id
    where b.subject_kind = 'api-token' and t.revoked_at is null and t.expires_at > ${at} and ${isValid}
    union all
    select 'trust', t.id::text, t.name, t.issuer, null, null, null, null, false, null, ${columns}
    from gateway.bindings b join gateway.trusts t on t.id::text = b.subject_id
    where b.subject_kind = 'trust' and t.revoked_at is null and ${isValid}`
}

const lastUse = sql`case subject_kind
  when 'user' then (select max(l.used_at) from gateway.sessions s
    join gateway.last_uses l on l.credential = s.id where s.user_id = ${uuidFromText(sql`subject_id`)})
  when 'service-account' then (select max(l.used_at) from gateway.api_tokens t
    join gateway.last_uses l on l.credential = t.id where t.service_account_id = ${uuidFromText(sql`subject_id`)})
  when 'api-token' then (select l.used_at from gateway.last_uses l where l.credential = ${uuidFromText(sql`subject_id`)})
  when 'trust' then (select max(w.created_at) from gateway.workload_sessions w where w.trust_id = ${uuidFromText(sql`subject_id`)})
end`

/** The UUID in a text column; null for other texts. */
export function uuidFromText(text: SQL): SQL {
  return sql`case when ${text} ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then ${text}::uuid end`
}

function milliseconds(time: SQL): SQL {
  return sql`floor(extract(epoch from ${time}) * 1000)::float8`
}

function toBinding({ permissions, grantedAt, expiresAt, endsAt, lastUsedAt, ...row }: Row): ReviewedBinding {
  const date = (at: number | null) => (at === null ? null : new Date(at))
  return {
    ...row,
    permissions: parsePermissions(permissions),
    grantedAt: new Date(grantedAt),
    expiresAt: date(expiresAt),
    endsAt: date(endsAt),
    lastUsedAt: date(lastUsedAt),
  }
}

function cursorOf({ subjectName, subjectKind, subjectId, binding }: Row): string {
  return Buffer.from(JSON.stringify([subjectName, subjectKind, subjectId, binding])).toString('base64url')
}

/** Also rejects a cursor that is not in canonical form. @throws InvalidCursor */
function readCursor(cursor: string): SQL[] {
  const text = Buffer.from(cursor, 'base64url').toString('utf8')
  const values = parseTexts(text)
  const [name, kind, id, binding, ...rest] = values
  if (name === undefined || kind === undefined || id === undefined || binding === undefined || rest.length > 0)
    throw new InvalidCursor()
  const isCanonical = Buffer.from(JSON.stringify(values)).toString('base64url') === cursor
  if (!isCanonical || !isId(binding) || values.some((value) => value.includes('\0'))) throw new InvalidCursor()
  return [sql`${name}::text`, sql`${kind}::text`, sql`${id}::text`, sql`${binding}::uuid`]
}

function parseTexts(text: string): string[] {
  try {
    const values: unknown = JSON.parse(text)
    return Array.isArray(values) && values.every((value) => typeof value === 'string') ? values : []
  } catch {
    return []
  }
}
