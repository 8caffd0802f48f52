import type { Rack } from '@rack-gateway/rack-registry'
import type { RackCheck } from '../../rack-api/console/rack-statuses.ts'
import type { Handlers } from '../call.ts'

export const rackHandlers: Handlers<'listRackStatuses'> = {
  /** Not recorded, because it contains nothing of an app. */
  async listRackStatuses({ principal, policy, racks, rackStatuses, moment }) {
    const usable = policy.racksOf(principal, racks.names, moment).flatMap((name) => racks.get(name) ?? [])
    return { racks: await Promise.all(usable.map(async (rack) => toResponse(rack, await rackStatuses.check(rack)))) }
  },
}

function toResponse(rack: Rack, { state, lastSeen, why, latency, checkedAt }: RackCheck) {
  const notAfter = rack.certificateExpiry()
  return {
    name: rack.name,
    state,
    status: state === 'reachable' ? lastSeen.status : null,
    version: lastSeen.version || null,
    why,
    latencyMs: Math.round(latency),
    certificate: notAfter && { notAfter: notAfter.toISOString() },
    checkedAt: new Date(checkedAt).toISOString(),
  }
}
