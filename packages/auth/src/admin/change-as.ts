import type { Principal } from '@rack-gateway/rbac-policy'
import type { Clock } from '@rack-gateway/time'
import { expiredToken, isDenial } from '../errors/denial.ts'
import { unauthenticated } from '../errors/errors.ts'
import { findCredential } from '../principals/credential-record.ts'
import { principalOf } from '../principals/principals.ts'
import type { VerifiedToken } from '../tokens/token.ts'
import { type Change, type ChangeOptions, changeIdentities } from '../transactions/change.ts'

export interface CallerChangeOptions extends ChangeOptions {
  readonly credential: VerifiedToken
  readonly clock: Clock
}

/**
 * Looks the caller up again in the transaction, so that `work` checks permissions with the current bindings of the
 * caller.
 *
 * @throws Unauthenticated without any change, if the credential is no longer valid, for example because its user is
 * locked
 */
export function changeAs<T>(
  { credential, clock, ...options }: CallerChangeOptions,
  work: (principal: Principal, change: Change) => Promise<T>,
): Promise<T> {
  return changeIdentities(options, async function changeWithPrincipal(change) {
    const now = clock.now()
    if (now >= credential.expiresAt) throw unauthenticated(expiredToken(credential.kind, credential.expiresAt))
    const principal = principalOf(await findCredential(change.tx, credential.hash), now)
    if (isDenial(principal)) throw unauthenticated(principal)
    return work(principal, change)
  })
}
