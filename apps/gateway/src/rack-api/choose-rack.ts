import { rackInOrganization } from '@rack-gateway/convox-api'
import type { NamedRack, Rack } from '@rack-gateway/rack-registry'
import type { Principal } from '@rack-gateway/rbac-policy'
import type { FastifyInstance } from 'fastify'
import type { CallState } from '../calls/call.ts'
import { withRule } from '../errors/errors.ts'

interface ChoiceOptions {
  readonly onlyUsable?: boolean
  /** The source of `rackHeader`: the header `Rack`, or the path of `GET /racks/{organization}/{rack}`. */
  readonly nameFrom?: 'header' | 'path'
}

/**
 * Uses the path's prefix, else the header `Rack`, else the token's rack, else the only rack. If a request has several
 * of these, they must agree. Must run after authentication, because the errors name racks.
 */
export function chooseRack(
  { racks, policy, rackApi, clock }: FastifyInstance,
  principal: Principal,
  { parsedRequest, address }: Pick<CallState, 'parsedRequest' | 'address'>,
  { onlyUsable = false, nameFrom = 'header' }: ChoiceOptions = {},
): Rack {
  const usableRacks = () => policy.racksOf(principal, racks.names, { at: clock.now(), address })
  const chosen = racks.resolve({
    prefix: parsedRequest.prefix,
    bound: principal.rack,
    named: namedBy(parsedRequest.rackHeader, rackApi.organization, nameFrom),
    usableRacks,
    onlyUsable,
  })
  if ('rack' in chosen) return chosen.rack
  throw withRule(chosen.error, chosen.rule)
}

function namedBy(name: string | null, organization: string, source: 'header' | 'path'): NamedRack | null {
  return name === null ? null : { organization, name, rack: rackInOrganization(name, organization), source }
}
