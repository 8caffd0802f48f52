import type { Database } from '@rack-gateway/database'
import { withTimeout } from '@rack-gateway/errors/with-timeout'
import { credentialQuery, recordOf } from './credential-record.ts'
import { throwLookUpTooSlow } from './errors.ts'
import type { CredentialRecord, Directory } from './principals.ts'

export { type Administration, createAdministration } from './administration.ts'
export type { ApiTokenGrant, ApiTokenRequest, Owner, OwnerRef } from './api-tokens.ts'
export type { BindingSubjectRef, BindingTerms } from './bindings.ts'
export { createBrowserSessions } from './browser-sessions.ts'
export type { Change } from './change.ts'
export { type CallerChangeOptions, changeAs } from './change-as.ts'
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
  const query = credentialQuery(db)

  async function find(hash: Buffer): Promise<CredentialRecord | null> {
    return recordOf(await withTimeout(query.execute({ hash }), deadline, throwLookUpTooSlow))
  }

  return { find }
}
