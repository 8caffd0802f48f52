import type { Database } from '@rack-gateway/database'
import { withTimeout } from '@rack-gateway/time'
import { throwLookUpTooSlow } from './errors/errors.ts'
import { credentialQuery, recordOf } from './principals/credential-record.ts'
import type { CredentialRecord, Directory } from './principals/principals.ts'

export type { BindingSubjectRef, BindingTerms } from './accounts/bindings.ts'
// The entry `@rack-gateway/auth/store`: everything that needs the database, apart from logins and step-ups.
export { type Administration, createAdministration } from './admin/administration.ts'
export { type CallerChangeOptions, changeAs } from './admin/change-as.ts'
export { createIssuer, type Issuer, type IssuerOptions, type ServiceAccountRequest } from './admin/issue.ts'
export type { ApiTokenBinding, ApiTokenRequest, Owner, OwnerRef } from './api-tokens/api-tokens.ts'
export { rotationNote } from './api-tokens/replace-tokens.ts'
export { createLastUses, type LastUses } from './principals/last-uses.ts'
export { findUserPrincipal } from './principals/user-principal.ts'
export type { AccessBinding } from './queries/access-lists.ts'
export type { ListedBinding } from './queries/listed-bindings.ts'
export { createLists, type Lists } from './queries/lists.ts'
export { onlyItem, type Page, type PageRequest, positionOf, readPage } from './queries/page.ts'
export { type RevisionWatch, type RevisionWatchOptions, watchRevision } from './revision/watch.ts'
export type { FactorAdministration, FactorOwner } from './second-factors/factor-administration.ts'
export { createSecondFactors, type SecondFactors } from './second-factors/second-factors.ts'
export type { FactorAttempt, FactorResult, FactorVerifier } from './second-factors/verifier.ts'
export { createBrowserSessions } from './sessions/browser-sessions.ts'
export { freshLoginLife } from './sessions/fresh-login.ts'
export type { IssuedCredential, SessionRequest } from './sessions/sessions.ts'
export { type Change, changeIdentities } from './transactions/change.ts'
export { lockItem } from './transactions/lock-item.ts'
export { checkId } from './transactions/names.ts'
export { loadTrusts } from './workloads/trusts.ts'
export type { VerifiedJwt } from './workloads/verify.ts'
export { createWorkloads, type Workloads } from './workloads/workloads.ts'

/** @param deadline the timeout of a lookup in milliseconds */
export function createDirectory({ db }: Pick<Database, 'db'>, { deadline = 5_000 } = {}): Directory {
  const query = credentialQuery(db)

  async function find(hash: Buffer): Promise<CredentialRecord | null> {
    return recordOf(await withTimeout(query.execute({ hash }), deadline, throwLookUpTooSlow))
  }

  return { find }
}
