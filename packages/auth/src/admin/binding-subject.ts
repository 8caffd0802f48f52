import { lockLiveToken, mustExist } from '../tokens/replacing-tokens.ts'
import { lockLiveTrust } from '../workloads/trusts.ts'
import type { BindingSubjectRef } from './bindings.ts'
import type { Change } from './change.ts'
import { checkGroupName } from './names.ts'

/**
 * Makes sure that a binding would be somebody's. A group is whatever the identity provider calls one.
 *
 * @param now milliseconds since the epoch
 * @throws NotFound, InvalidName, TokenEnded, TrustRevoked
 */
export async function mustTakeBindings(change: Change, { kind, id }: BindingSubjectRef, now: number): Promise<void> {
  switch (kind) {
    case 'group':
      checkGroupName(id)
      return
    case 'user':
    case 'service-account':
      return mustExist(change, { kind, id })
    case 'api-token':
      return void (await lockLiveToken(change, id, now))
    case 'trust':
      return void (await lockLiveTrust(change, id))
  }
}
