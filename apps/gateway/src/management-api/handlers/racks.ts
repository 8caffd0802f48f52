import type { RackStatus, RackStatuses } from '@rack-gateway/gateway-api'
import type { Rack } from '@rack-gateway/rack-registry'
import { withTimeout } from '@rack-gateway/time'
import type { FastifyInstance } from 'fastify'
import type { Handlers } from '../calls/call.ts'

export const rackHandlers: Handlers<'listRackStatuses' | 'getHealth'> = {
  /** Not recorded, because a status contains no data of an app. */
  async listRackStatuses({ server, principal, moment, query }) {
    const { policy, racks, rackStatuses } = server
    const usable = policy.racksOf(principal, racks.names, moment).flatMap((name) => racks.get(name) ?? [])
    return collectRackStatuses(usable, rackStatuses, query.wait)
  },

  /** Not recorded, because the report contains no data of an app or an event. */
  async getHealth({ server, query }) {
    const { readHealth, racks, rackStatuses } = server
    const all = racks.names.flatMap((name) => racks.get(name) ?? [])
    const [report, statuses] = await Promise.all([readHealth(), collectRackStatuses(all, rackStatuses, query.wait)])
    return { ...report, ...statuses }
  },
}

/** @param wait milliseconds; `waitingFor` names the racks that have not answered by then. Default: no limit */
async function collectRackStatuses(
  racks: readonly Rack[],
  statuses: FastifyInstance['rackStatuses'],
  wait: number | undefined,
): Promise<RackStatuses> {
  const waitingFor: string[] = []
  const collected = await Promise.all(
    racks.map((rack) => {
      const status = rackStatusOf(rack, statuses)
      if (wait === undefined) return status
      return withTimeout(status, wait, () => {
        waitingFor.push(rack.name)
        return []
      })
    }),
  )
  return { racks: collected.flat(), waitingFor }
}

async function rackStatusOf(rack: Rack, statuses: FastifyInstance['rackStatuses']): Promise<RackStatus> {
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
