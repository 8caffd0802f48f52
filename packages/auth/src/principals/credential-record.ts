import {
  apiTokens,
  bindings,
  credentials,
  type Database,
  secondFactors,
  serviceAccounts,
  sessions,
  trusts,
  users,
  workloadSessions,
} from '@rack-gateway/database'
import type { Grant, Job } from '@rack-gateway/rbac-policy'
import { and, eq, or, sql } from 'drizzle-orm'
import { type BindingRow, bindingOf } from '../accounts/binding-row.ts'
import type { Transaction } from '../transactions/change.ts'
import type { CredentialRecord, ServiceAccountRecord, UserRecord, WorkloadRecord } from './principals.ts'
import { userGrants } from './user-grants.ts'

export function credentialQuery(db: Database['db'] | Transaction) {
  return db
    .select({
      credential: credentials,
      session: sessions,
      token: apiTokens,
      user: users,
      hasSecondFactor: sql<boolean>`exists (
        select 1 from ${secondFactors} where ${secondFactors.userId} = ${users.id})`,
      grants: userGrants(sessions.userId),
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
}

/** @param hash SHA-256 of the token, 32 bytes */
export async function findCredential(tx: Transaction, hash: Buffer): Promise<CredentialRecord | null> {
  return recordOf(await credentialQuery(tx).execute({ hash }))
}

/** @param rows one for each binding that applies to the token; one without a binding if none applies */
export function recordOf(rows: readonly JoinedRow[]): CredentialRecord | null {
  const [first] = rows
  return first === undefined
    ? null
    : joinedRecord(
        first,
        rows.flatMap((row) => row.binding ?? []),
      )
}

interface JoinedRow extends JoinedCredential {
  readonly binding: BindingRow | null
}

interface JoinedCredential {
  readonly credential: typeof credentials.$inferSelect
  readonly session: typeof sessions.$inferSelect | null
  readonly token: typeof apiTokens.$inferSelect | null
  readonly user: typeof users.$inferSelect | null
  readonly hasSecondFactor: boolean
  /** Null for API tokens, because they have no session. */
  readonly grants: readonly Grant[] | null
  readonly account: typeof serviceAccounts.$inferSelect | null
  readonly workload: typeof workloadSessions.$inferSelect | null
  readonly trust: typeof trusts.$inferSelect | null
}

function joinedRecord(joined: JoinedCredential, rows: readonly BindingRow[]): CredentialRecord | null {
  const { credential, session, token, user, hasSecondFactor, grants, account, workload, trust } = joined
  const bindingsOf = (...kinds: readonly string[]) =>
    rows.filter((row) => kinds.includes(row.subjectKind)).map(bindingOf)
  const userRecord: UserRecord | null = user && {
    ...user,
    kind: 'user',
    hasSecondFactor,
    bindings: bindingsOf('user', 'group'),
  }
  const accountRecord: ServiceAccountRecord | null = account && {
    ...account,
    kind: 'service-account',
    bindings: bindingsOf('service-account'),
  }
  if (session && userRecord) {
    const { supersededAt: at, expiresAt: until } = credential
    return { ...session, kind: 'session', user: userRecord, grants: grants ?? [], superseded: at && { at, until } }
  }
  if (workload && trust) return workloadRecord(workload, { ...trust, bindings: bindingsOf('trust') })
  const owner = userRecord ?? accountRecord
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
