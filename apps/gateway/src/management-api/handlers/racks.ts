import { withTimeout } from '@rack-gateway/errors/with-timeout'
import type { RackStatus } from '@rack-gateway/gateway-api'
import type { Rack } from '@rack-gateway/rack-registry'
import type { Handlers, PrincipalCall } from '../call.ts'

export const rackHandlers: Handlers<'listRackStatuses'> = {
  /** Not recorded, because it contains no data of an app. */
  async listRackStatuses({ principal, policy, racks, rackStatuses, moment, query }) {
    const usable = policy.racksOf(principal, racks.names, moment).flatMap((name) => racks.get(name) ?? [])
    const waitingFor: string[] = []
    const statuses = await Promise.all(
      usable.map((rack) => {
        const status = rackStatusOf(rack, rackStatuses)
        if (query.wait === undefined) return status
        return withTimeout(status, query.wait, () => {
          waitingFor.push(rack.name)
          return []
        })
      }),
    )
    return { racks: statuses.flat(), waitingFor }
  },
}

export async function rackStatusOf(rack: Rack, statuses: PrincipalCall['rackStatuses']): Promise<RackStatus> {
  const { state, lastSeen, why, latency, checkedAt } = await statuses.check(rack)
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
