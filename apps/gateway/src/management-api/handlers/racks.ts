import type { RackStatus, RackStatuses } from '@rack-gateway/gateway-api'
import type { Rack } from '@rack-gateway/rack-registry'
import { withTimeout } from '@rack-gateway/time'
import type { FastifyInstance } from 'fastify'
import { hasPermissionEverywhere } from '../calls/authorize.ts'
import type { Handlers, PrincipalCall } from '../calls/call.ts'
import { rackCountsTime } from '../calls/rack-counts-time.ts'

export const rackHandlers: Handlers<'listRackStatuses' | 'getRackActivity' | 'getHealth'> = {
  /** Not recorded, because a status contains no data of an app. */
  async listRackStatuses({ server, principal, moment, query }) {
    const { policy, racks } = server
    const usable = policy.racksOf(principal, racks.names, moment).flatMap((name) => racks.get(name) ?? [])
    return collectRackStatuses(server, usable, query.wait)
  },

  /** Not recorded, because the response contains only numbers, and of other callers only those that the caller can see. */
  async getRackActivity(call) {
    const { server, principal, moment, lists, auditLog } = call
    const { policy } = server
    const racks = policy.racksOf(principal, server.racks.names, moment)
    const since = new Date(moment.at - rackCountsTime)
    const seesDenials = hasForEveryone(call, 'gateway:audit:read')
    const seesLive = hasForEveryone(call, 'gateway:live-call:read')
    const seesRequests = (rack: string) =>
      seesDenials || policy.hasPermission(principal, 'app:list', { rack, app: null, scope: 'rack' }, moment)
    const needsAll = racks.some(seesRequests)
    const nothing = { counts: new Map<string, never>(), complete: true }
    const [all, own, live] = await Promise.all([
      needsAll ? server.rackCounts() : nothing,
      seesDenials || racks.length === 0 ? nothing : auditLog.countRackCalls({ racks, since, principal: principal.id }),
      lists.countLiveCalls(seesLive ? undefined : principal.id),
    ])
    return {
      since: since.toISOString(),
      racks: racks.map((name) => {
        const countOf = (of: 'everyone' | 'caller', kind: 'requests' | 'denied') => ({
          count: (of === 'everyone' ? all : own).counts.get(name)?.[kind] ?? 0,
          of,
        })
        return {
          name,
          requests: countOf(seesRequests(name) ? 'everyone' : 'caller', 'requests'),
          denied: countOf(seesDenials ? 'everyone' : 'caller', 'denied'),
          live: { count: live.get(name) ?? 0, of: seesLive ? 'everyone' : 'caller' },
        }
      }),
      complete: all.complete && own.complete,
    }
  },

  /** Not recorded, because the report contains no data of an app or an event. */
  async getHealth({ server, query }) {
    const { readHealth, racks } = server
    const all = racks.names.flatMap((name) => racks.get(name) ?? [])
    const [report, statuses] = await Promise.all([readHealth(), collectRackStatuses(server, all, query.wait)])
    return { ...report, ...statuses }
  },
}

/** False if the policy requires a step-up for the permission, because this read asks for none. */
function hasForEveryone({ server: { policy }, principal, moment }: PrincipalCall, permission: string): boolean {
  return (
    hasPermissionEverywhere(policy, principal, permission, moment) &&
    policy.managementStepUp(principal, { permission, scope: 'gateway' }, moment) === null
  )
}

/** @param wait milliseconds; `waitingFor` names the racks that have not answered by then. Default: no limit */
async function collectRackStatuses(
  server: FastifyInstance,
  racks: readonly Rack[],
  wait: number | undefined,
): Promise<RackStatuses> {
  const waitingFor: string[] = []
  const collected = await Promise.all(
    racks.map((rack) => {
      const status = rackStatusOf(server, rack)
      if (wait === undefined) return status
      return withTimeout(status, wait, () => {
        waitingFor.push(rack.name)
        return []
      })
    }),
  )
  return { racks: collected.flat(), waitingFor }
}

async function rackStatusOf({ rackStatuses, observeMode }: FastifyInstance, rack: Rack): Promise<RackStatus> {
  const { state, lastSeen, why, latency, checkedAt } = await rackStatuses.check(rack)
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
    observing: observeMode.of(rack.name),
  }
}
