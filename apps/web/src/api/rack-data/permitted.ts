import type { RequestedCall } from '@rack-gateway/gateway-api'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { post } from '../client.ts'

/** Routes of the rack API that pages of an app offer, or read for a part of what they show, as the policy names them. */
const routes = [
  'PUT /apps/{app}/services/{service}',
  'POST /apps/{app}/services/{service}/restart',
  'DELETE /apps/{app}/processes/{pid}',
  'GET /apps/{app}/builds/{id}',
  'WS /apps/{app}/processes/{pid}/exec',
  'POST /apps/{app}/releases',
  'POST /apps/{app}/releases/{id}/promote',
  'PUT /apps/{app}/configs/{name}',
] as const

export type AppRoute = (typeof routes)[number]

/** What the policy decides about the person's calls on one app, without sending any. It is recorded nowhere. */
function decisionsQuery(rack: string, app: string) {
  return queryOptions({
    queryKey: ['decisions', rack, app],
    queryFn: () => post('/policy/decisions', { body: { rack, calls: routes.map((route) => callOf(route, app)) } }),
    staleTime: 60_000,
  })
}

/** Rules about commands decide about the command that the page offers. */
function callOf(route: AppRoute, app: string): RequestedCall {
  return { route, app, ...(route.endsWith('/exec') && { command: { header: 'bash', by: 'exec' } }) }
}

/**
 * Whether a page should offer a call of the rack API on an app: hidden is what the policy denies. While its decision is not
 * known, nothing is offered; without any, everything is, and the gateway decides when it is called.
 */
export function usePermitted(rack: string, app: string): (route: AppRoute) => boolean {
  const { data, isPending } = useQuery(decisionsQuery(rack, app))
  return (route) => {
    if (data === undefined) return !isPending
    const decided = data.decisions.find((one) => one.route === route)
    return decided?.decision.effect !== 'deny' || (decided.otherwise ?? decided).decision.effect !== 'deny'
  }
}
