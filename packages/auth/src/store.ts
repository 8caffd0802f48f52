import {
  apiTokens,
  bindings,
  credentials,
  type Database,
  serviceAccounts,
  sessions,
  trusts,
  users,
  workloadSessions,
} from '@rack-gateway/database'
import { withTimeout } from '@rack-gateway/errors/with-timeout'
import type { Job } from '@rack-gateway/rbac-policy'
import { and, eq, or, sql } from 'drizzle-orm'
import { type BindingRow, bindingOf } from './binding-row.ts'
import { throwLookUpTooSlow } from './errors.ts'
import type { CredentialRecord, Directory, ServiceAccountRecord, UserRecord, WorkloadRecord } from './principals.ts'

export { type Administration, createAdministration } from './administration.ts'
export type { ApiTokenGrant, ApiTokenRequest, Owner, OwnerRef } from './api-tokens.ts'
export type { BindingSubjectRef, BindingTerms } from './bindings.ts'
export { createBrowserSessions } from './browser-sessions.ts'
export { createIssuer, type Issuer, type IssuerOptions, type ServiceAccountRequest } from './issue.ts'
export { createLastUses, type LastUses } from './last-uses.ts'
export type { ListedGrant } from './listed-grants.ts'
export { createLists, type Lists } from './lists.ts'
export type { Page, PageRequest } from './page.ts'
export { secretStays } from './replacing-tokens.ts'
export type { IssuedCredential, SessionRequest } from './sessions.ts'
export { findUserPrincipal } from './user-principal.ts'
export { type RevisionWatch, type RevisionWatchOptions, watchRevision } from './watch.ts'
export { loadTrusts } from './workloads/trusts.ts'
export type { ProvenJwt } from './workloads/verify.ts'
export { createWorkloads, type Workloads } from './workloads/workloads.ts'

export interface DirectoryOptions {
  /** Milliseconds that a look-up may take. */
  readonly deadline?: number
}

/** Looks tokens up in PostgreSQL: one query each, with all bindings that bear on it. */
export function createDirectory({ db }: Pick<Database, 'db'>, { deadline = 5_000 }: DirectoryOptions = {}): Directory {
  const query = db
    .select({
      credential: credentials,
      session: sessions,
      token: apiTokens,
      user: users,
      account: serviceAccounts,
      workload: workloadSessions,
      trust: trusts,
      binding: bindings,
    })
    .from(credentials)
    .leftJoin(sessions, eq(sessions.id, credentials.sessionId))
    .leftJoin(apiTokens, eq(apiTokens.id, credentials.apiTokenId))
    .leftJoin(users, or(eq(users.id, sessions.userId), eq(users.id, apiTokens.userId)))
    .leftJoin(serviceAccounts, eq(serviceAccounts.id, apiTokens.serviceAccountId))
    .leftJoin(workloadSessions, eq(workloadSessions.id, credentials.workloadSessionId))
    .leftJoin(trusts, eq(trusts.id, workloadSessions.trustId))
    .leftJoin(
      bindings,
      or(
        and(eq(bindings.subjectKind, 'user'), eq(bindings.subjectId, sql`${users.id}::text`)),
        and(eq(bindings.subjectKind, 'group'), sql`${bindings.subjectId} = any(${users.groups})`),
        and(eq(bindings.subjectKind, 'service-account'), eq(bindings.subjectId, sql`${serviceAccounts.id}::text`)),
        and(eq(bindings.subjectKind, 'api-token'), eq(bindings.subjectId, sql`${apiTokens.id}::text`)),
        and(eq(bindings.subjectKind, 'trust'), eq(bindings.subjectId, sql`${trusts.id}::text`)),
      ),
    )
    .where(eq(credentials.hash, sql.placeholder('hash')))
    .prepare('rack_gateway_credential_by_hash')

  async function find(hash: Buffer): Promise<CredentialRecord | null> {
    const rows = await withTimeout(query.execute({ hash }), deadline, throwLookUpTooSlow)
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

interface Joined {
  readonly credential: typeof credentials.$inferSelect
  readonly session: typeof sessions.$inferSelect | null
  readonly token: typeof apiTokens.$inferSelect | null
  readonly user: typeof users.$inferSelect | null
  readonly account: typeof serviceAccounts.$inferSelect | null
  readonly workload: typeof workloadSessions.$inferSelect | null
  readonly trust: typeof trusts.$inferSelect | null
}

function recordOf(joined: Joined, rows: readonly BindingRow[]): CredentialRecord | null {
  const { credential, session, token, user, account, workload, trust } = joined
  const bindingsOf = (...kinds: readonly string[]) =>
    rows.filter((row) => kinds.includes(row.subjectKind)).map(bindingOf)
  const person: UserRecord | null = user && { ...user, kind: 'user', bindings: bindingsOf('user', 'group') }
  const robot: ServiceAccountRecord | null = account && {
    ...account,
    kind: 'service-account',
    bindings: bindingsOf('service-account'),
  }
  if (session && person) {
    const { supersededAt: at, expiresAt: until } = credential
    return { ...session, kind: 'session', user: person, superseded: at && { at, until } }
  }
  if (workload && trust) return workloadRecord(workload, { ...trust, bindings: bindingsOf('trust') })
  const owner = person ?? robot
  return token && owner
    ? { ...token, secretExpiresAt: credential.expiresAt, kind: 'api-token', bindings: bindingsOf('api-token'), owner }
    : null
}

function workloadRecord(
  workload: typeof workloadSessions.$inferSelect,
  trust: WorkloadRecord['trust'],
): WorkloadRecord {
  const { id, name, job, subject, expiresAt, endedAt } = workload
  return { kind: 'workload', id, name, job: job as Job, subject, expiresAt, endedAt, trust }
}
