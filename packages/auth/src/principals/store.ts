import type { Database } from '@rack-gateway/database'
import { withTimeout } from '@rack-gateway/time'
import { throwLookUpTooSlow } from '../errors.ts'
import { credentialQuery, recordOf } from './credential-record.ts'
import type { CredentialRecord, Directory } from './principals.ts'

// The entry `@rack-gateway/auth/store`: everything that needs the database, apart from logins and step-ups.
export { type Administration, createAdministration } from '../admin/administration.ts'
export type { BindingSubjectRef, BindingTerms } from '../admin/bindings.ts'
export type { Change } from '../admin/change.ts'
export { type CallerChangeOptions, changeAs } from '../admin/change-as.ts'
export type { ListedGrant } from '../queries/listed-grants.ts'
export { createLists, type Lists } from '../queries/lists.ts'
export type { Page, PageRequest } from '../queries/page.ts'
export type { FactorAdministration, FactorOwner } from '../second-factors/factor-administration.ts'
export { createSecondFactors, type SecondFactors } from '../second-factors/second-factors.ts'
export type { FactorAttempt, FactorResult, FactorVerifier } from '../second-factors/verifier.ts'
export { createBrowserSessions } from '../sessions/browser-sessions.ts'
export { freshLoginLife } from '../sessions/fresh-login.ts'
export type { IssuedCredential, SessionRequest } from '../sessions/sessions.ts'
export type { ApiTokenGrant, ApiTokenRequest, Owner, OwnerRef } from '../tokens/api-tokens.ts'
export { createIssuer, type Issuer, type IssuerOptions, type ServiceAccountRequest } from '../tokens/issue.ts'
export { rotationNote } from '../tokens/replace-tokens.ts'
export { loadTrusts } from '../workloads/trusts.ts'
export type { VerifiedJwt } from '../workloads/verify.ts'
export { createWorkloads, type Workloads } from '../workloads/workloads.ts'
export { createLastUses, type LastUses } from './last-uses.ts'
export { findUserPrincipal } from './user-principal.ts'
export { type RevisionWatch, type RevisionWatchOptions, watchRevision } from './watch.ts'

/** @param deadline the timeout of a lookup in milliseconds */
export function createDirectory({ db }: Pick<Database, 'db'>, { deadline = 5_000 } = {}): Directory {
  const query = credentialQuery(db)

  async function find(hash: Buffer): Promise<CredentialRecord | null> {
    return recordOf(await withTimeout(query.execute({ hash }), deadline, throwLookUpTooSlow))
  }

  return { find }
}
