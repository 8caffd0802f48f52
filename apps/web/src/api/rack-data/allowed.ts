import type { Decisions, RequestedCall } from '@rack-gateway/gateway-api'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { post } from '../client.ts'

/** Routes of the rack API that the page of an app calls, as the policy names them. */
const routes = [
  'GET /apps/{app}',
  'GET /apps/{app}/services',
  'GET /apps/{app}/processes',
  'GET /apps/{app}/builds',
  'GET /apps/{app}/builds/{id}',
  'GET /apps/{app}/releases',
  'GET /apps/{app}/releases/{id}',
  'GET /apps/{app}/resources',
  'GET /apps/{app}/configs',
  'WS /apps/{app}/logs',
  'PUT /apps/{app}/services/{service}',
  'POST /apps/{app}/services/{service}/restart',
  'DELETE /apps/{app}/processes/{pid}',
  'WS /apps/{app}/processes/{pid}/exec',
  'POST /apps/{app}/releases',
  'POST /apps/{app}/releases/{id}/promote',
  'PUT /apps/{app}/configs/{name}',
] as const

export type AppRoute = (typeof routes)[number]
type RouteDecision = Decisions['decisions'][number]
export type CallDecision = RouteDecision['decision']

/** The gateway records no audit event for this request. */
export function decisionsQuery(rack: string, app: string) {
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

interface AppAccess {
  /** Whether the decisions are still loading. */
  readonly isPending: boolean
  /** Null if the call is allowed, or if its decision is not known. */
  denialOf(route: AppRoute): CallDecision | null
}

/** If the decisions cannot be loaded, no call counts as denied, and the gateway decides at the call. */
export function useAppAccess(rack: string, app: string): AppAccess {
  const { data, isPending } = useQuery(decisionsQuery(rack, app))
  return {
    isPending,
    denialOf: (route) => denialIn(data, route),
  }
}

/** Null if the call is allowed, or if its decision is not known. */
export function denialIn(data: Decisions | undefined, route: AppRoute): CallDecision | null {
  const found = data?.decisions.find((one) => one.route === route)
  return found !== undefined && isDenied(found) ? found.decision : null
}

/** While the decisions load, no call is allowed. */
export function useAllowed(rack: string, app: string): (route: AppRoute) => boolean {
  const { isPending, denialOf } = useAppAccess(rack, app)
  return (route) => !isPending && denialOf(route) === null
}

/** The same route for several apps of a rack: the names of the apps whose call is not denied. At most 100 apps. */
export function allowedAppsQuery(rack: string, route: AppRoute, apps: readonly string[]) {
  return queryOptions({
    queryKey: ['decisions', rack, route, apps],
    async queryFn() {
      const { decisions } = await post('/policy/decisions', {
        body: { rack, calls: apps.map((app) => ({ route, app })) },
      })
      return apps.filter((_, index) => {
        const decision = decisions[index]
        return decision === undefined || !isDenied(decision)
      })
    },
    staleTime: 60_000,
  })
}

/**
 * `otherwise` is the decision in another case. Only the rack knows which case applies, so the call is denied only if
 * both decisions deny it.
 */
function isDenied({ decision, otherwise }: RouteDecision): boolean {
  return decision.effect === 'deny' && (otherwise ?? { decision }).decision.effect === 'deny'
}
