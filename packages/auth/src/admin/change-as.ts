import type { Principal } from '@rack-gateway/rbac-policy'
import type { Clock } from '../clock.ts'
import { expiredToken, isDenial } from '../denial.ts'
import { unauthenticated } from '../errors.ts'
import { findCredential } from '../principals/credential-record.ts'
import { principalOf } from '../principals/principals.ts'
import type { VerifiedToken } from '../tokens/token.ts'
import { type Change, type ChangeOptions, changeIdentities } from './change.ts'

export interface CallerChangeOptions extends ChangeOptions {
  /** What the caller authenticated with. */
  readonly credential: VerifiedToken
  readonly clock: Clock
}

/**
 * Runs a change in the name of a caller. Inside the transaction the caller is looked up again: `work` gets the principal with
 * the bindings that it has then, and decides by these what the caller may change.
 *
 * @throws Unauthenticated when the credential was revoked or has expired, or its user is locked; nothing has changed then
 */
export function changeAs<T>(
  { credential, clock, ...options }: CallerChangeOptions,
  work: (principal: Principal, change: Change) => Promise<T>,
): Promise<T> {
  return changeIdentities(options, async function changeAsCaller(change) {
    const now = clock.now()
    if (now >= credential.expiresAt) throw unauthenticated(expiredToken(credential.kind, credential.expiresAt))
    const principal = principalOf(await findCredential(change.tx, credential.hash), now)
    if (isDenial(principal)) throw unauthenticated(principal)
    return work(principal, change)
  })
}
