import type { Lists } from '@rack-gateway/auth/store'
import type { PrincipalEndpoint } from '@rack-gateway/gateway-api'
import type { Principal } from '@rack-gateway/rbac-policy'
import { NotAllowed } from '../../errors/errors.ts'

interface Caller {
  readonly principal: Principal
  readonly lists: Pick<Lists, 'session'>
}

/** Whether a session of the stock CLI can never call the endpoint: it makes a change other than a revocation. */
export function isDeniedToConvoxSessions({ isRevocation, permission }: PrincipalEndpoint): boolean {
  return isRevocation !== true && !permission.endsWith(':read')
}

/**
 * The stock CLI stores its token in plain text. So `PrincipalCall.change` allows a session of the stock CLI only
 * revocations, whatever permissions the user has.
 *
 * @throws NotAllowed
 */
export async function assertNoConvoxSession({ principal, lists }: Caller): Promise<void> {
  if (principal.kind !== 'user') return
  const { renewable } = await lists.session(principal.credential)
  if (renewable) return
  throw new NotAllowed(
    'A session of the stock CLI can only use racks and revoke access.',
    'Use rack-gateway with its own session ("rack-gateway login"), or the web console.',
    { rule: 'convox-session' },
  )
}
