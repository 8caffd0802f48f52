import { withTimeout } from '@rack-gateway/errors/with-timeout'
import { gatewayPermissions } from '../authorize.ts'
import type { Handlers, PrincipalCall } from '../call.ts'
import { toBindingResponse } from './bindings.ts'

/** Milliseconds for the bindings. The rest of the response needs no I/O. */
const bindingsTimeout = 2_000

export const meHandlers: Handlers<'me'> = {
  async me(call) {
    const { principal, policy, racks, csrfToken, moment } = call
    const { kind, id, name, rack, bindings, expiresAt } = principal
    const access = await findAccess(call)
    return {
      kind,
      id,
      name,
      rack,
      racks: policy.racksOf(principal, racks.names, moment),
      roles: [...new Set(bindings.map((binding) => binding.role))],
      permissions: gatewayPermissions(policy, principal, moment),
      ...(access && { access }),
      expiresAt: new Date(expiresAt).toISOString(),
      ...(csrfToken === null ? {} : { csrfToken }),
    }
  },
}

/** One query by primary keys. Null if the database does not answer, because callers ask who they are during an outage, too. */
async function findAccess({ principal, lists, moment }: PrincipalCall) {
  const ids = principal.bindings
    .filter(({ expiresAt }) => expiresAt === null || expiresAt > moment.at)
    .map(({ id }) => id)
  try {
    const found = await withTimeout(lists.bindingsById(ids), bindingsTimeout, () => null)
    return found?.map(toBindingResponse) ?? null
  } catch {
    return null
  }
}
