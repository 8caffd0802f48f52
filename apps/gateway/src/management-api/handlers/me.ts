import type { Handlers } from '../call.ts'

export const meHandlers: Handlers<'me'> = {
  me({ principal, policy, racks, csrfToken, moment }) {
    const { kind, id, name, rack, bindings, expiresAt } = principal
    return {
      kind,
      id,
      name,
      rack,
      racks: policy.racksOf(principal, racks.names, moment),
      roles: [...new Set(bindings.map((binding) => binding.role))],
      expiresAt: new Date(expiresAt).toISOString(),
      ...(csrfToken === null ? {} : { csrfToken }),
    }
  },
}
