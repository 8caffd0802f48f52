import type { RequestedCall } from '@rack-gateway/gateway-api'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { post } from '../client.ts'

/**
 * Routes of the rack API, as the policy names them. The pages of an app offer them as actions, or need them for a part of a
 * page.
 */
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

/** Asks the policy about the person's calls on one app, without making the calls. No audit event records the question. */
function decisionsQuery(rack: string, app: string) {
  return queryOptions({
    queryKey: ['decisions', rack, app],
    queryFn: () => post('/policy/decisions', { body: { rack, calls: routes.map((route) => callOf(route, app)) } }),
    staleTime: 60_000,
  })
}

/** For exec, the decision is about `bash`, the command that the page shows. */
function callOf(route: AppRoute, app: string): RequestedCall {
  return { route, app, ...(route.endsWith('/exec') && { command: { header: 'bash', by: 'exec' } }) }
}

/**
 * Whether a page should offer a call of the rack API on an app. Calls that the policy denies are hidden. While the decisions
 * load, nothing is offered. If they can't be loaded, everything is offered, and the gateway decides at the call.
 */
export function usePermitted(rack: string, app: string): (route: AppRoute) => boolean {
  const { data, isPending } = useQuery(decisionsQuery(rack, app))
  return (route) => {
    if (data === undefined) return !isPending
    const answer = data.decisions.find((one) => one.route === route)
    // Offered unless denied in every case, because the decision can depend on facts that only the rack knows.
    return answer?.decision.effect !== 'deny' || (answer.otherwise ?? answer).decision.effect !== 'deny'
  }
}
