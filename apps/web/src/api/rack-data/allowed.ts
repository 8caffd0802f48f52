import type { RequestedCall } from '@rack-gateway/gateway-api'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { post } from '../client.ts'

/** Routes of the rack API, as the policy names them. */
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

/** The gateway records no audit event for this request. */
function decisionsQuery(rack: string, app: string) {
  return queryOptions({
    queryKey: ['decisions', rack, app],
    queryFn: () => post('/policy/decisions', { body: { rack, calls: routes.map((route) => callOf(route, app)) } }),
    staleTime: 60_000,
  })
}

/** For exec, the decision is about `bash`, because the page shows a command with `bash`. */
function callOf(route: AppRoute, app: string): RequestedCall {
  return { route, app, ...(route.endsWith('/exec') && { command: { header: 'bash', by: 'exec' } }) }
}

/**
 * While the decisions load, no call is allowed. If they cannot be loaded, every call is allowed, and the gateway
 * decides at the call.
 */
export function useAllowed(rack: string, app: string): (route: AppRoute) => boolean {
  const { data, isPending } = useQuery(decisionsQuery(rack, app))
  return (route) => {
    if (data === undefined) return !isPending
    const found = data.decisions.find((one) => one.route === route)
    // `otherwise` is the decision in another case. Only the rack knows which case applies, so the call is allowed
    // unless both decisions deny it.
    return found?.decision.effect !== 'deny' || (found.otherwise ?? found).decision.effect !== 'deny'
  }
}
