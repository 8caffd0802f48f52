import {
  apiTokens,
  bindings,
  credentials,
  type Database,
  serviceAccounts,
  sessions,
  users,
} from '@rack-gateway/database'
import type { Binding } from '@rack-gateway/rbac-policy'
import { and, eq, or, sql } from 'drizzle-orm'
import type { CredentialRecord, Directory, ServiceAccountRecord, UserRecord } from './principals.ts'
import { within } from './within.ts'

export type { ApiTokenRequest, Owner } from './api-tokens.ts'
export type { BindingSubjectRef, BindingTerms } from './bindings.ts'
export { createBrowserSessions } from './browser-sessions.ts'
export { createIssuer, type Issuer, type IssuerOptions, type ServiceAccountRequest } from './issue.ts'
export type { IssuedCredential, SessionRequest } from './sessions.ts'
export { type RevisionWatch, type RevisionWatchOptions, watchRevision } from './watch.ts'

export interface DirectoryOptions {
  /** Milliseconds that a look-up may take. */
  readonly deadline?: number
}

/** Looks tokens up in PostgreSQL: one query each, with all bindings that bear on it. */
export function createDirectory({ db }: Pick<Database, 'db'>, { deadline = 5_000 }: DirectoryOptions = {}): Directory {
  const query = db
    .select({ session: sessions, token: apiTokens, user: users, account: serviceAccounts, binding: bindings })
    .from(credentials)
    .leftJoin(sessions, eq(sessions.id, credentials.sessionId))
    .leftJoin(apiTokens, eq(apiTokens.id, credentials.apiTokenId))
    .leftJoin(users, or(eq(users.id, sessions.userId), eq(users.id, apiTokens.userId)))
    .leftJoin(serviceAccounts, eq(serviceAccounts.id, apiTokens.serviceAccountId))
    .leftJoin(
      bindings,
      or(
        and(eq(bindings.subjectKind, 'user'), eq(bindings.subjectId, sql`${users.id}::text`)),
        and(eq(bindings.subjectKind, 'group'), sql`${bindings.subjectId} = any(${users.groups})`),
        and(eq(bindings.subjectKind, 'service-account'), eq(bindings.subjectId, sql`${serviceAccounts.id}::text`)),
        and(eq(bindings.subjectKind, 'api-token'), eq(bindings.subjectId, sql`${apiTokens.id}::text`)),
      ),
    )
    .where(eq(credentials.hash, sql.placeholder('hash')))
    .prepare('rack_gateway_credential_by_hash')

  async function find(hash: Buffer): Promise<CredentialRecord | null> {
    const rows = await within(deadline, query.execute({ hash }))
    const [first] = rows
    return first
      ? recordOf(
          first,
          rows.flatMap((row) => row.binding ?? []),
        )
      : null
  }

  return { find }
}

type BindingRow = typeof bindings.$inferSelect
interface Joined {
  readonly session: typeof sessions.$inferSelect | null
  readonly token: typeof apiTokens.$inferSelect | null
  readonly user: typeof users.$inferSelect | null
  readonly account: typeof serviceAccounts.$inferSelect | null
}

function recordOf({ session, token, user, account }: Joined, rows: readonly BindingRow[]): CredentialRecord | null {
  const bindingsOf = (...kinds: readonly string[]) =>
    rows.filter((row) => kinds.includes(row.subjectKind)).map(bindingOf)
  const person: UserRecord | null = user && { ...user, kind: 'user', bindings: bindingsOf('user', 'group') }
  const robot: ServiceAccountRecord | null = account && {
    ...account,
    kind: 'service-account',
    bindings: bindingsOf('service-account'),
  }
  if (session && person) return { ...session, kind: 'session', user: person }
  const owner = person ?? robot
  return token && owner ? { ...token, kind: 'api-token', bindings: bindingsOf('api-token'), owner } : null
}

function bindingOf({ id, role, racks, apps, expiresAt }: BindingRow): Binding {
  return { id, role, racks, apps, expiresAt: expiresAt?.getTime() ?? null }
}
