import { assertOwnerExists, lockLiveToken } from '../tokens/replace-tokens.ts'
import { lockLiveTrust } from '../workloads/trusts.ts'
import type { BindingSubjectRef } from './bindings.ts'
import type { Change } from './change.ts'
import { checkGroupName } from './names.ts'

/**
 * Accepts every valid group name, because only the identity provider knows which groups exist.
 *
 * @param now milliseconds since the epoch
 * @throws NotFound, InvalidName, TokenEnded, TrustRevoked
 */
export async function assertSubjectExists(change: Change, { kind, id }: BindingSubjectRef, now: number): Promise<void> {
  switch (kind) {
    case 'group':
      checkGroupName(id)
      return
    case 'user':
    case 'service-account':
      return assertOwnerExists(change, { kind, id })
    case 'api-token':
      return void (await lockLiveToken(change, id, now))
    case 'trust':
      return void (await lockLiveTrust(change, id))
  }
}
