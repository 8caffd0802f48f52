import { rackRoutes } from '@rack-gateway/convox-api'
import { routeSummaries } from '@rack-gateway/convox-api/route-summaries'
import {
  type Endpoint,
  endpointId,
  endpoints,
  isPrincipalEndpoint,
  type PrincipalEndpoint,
} from '@rack-gateway/gateway-api'

/** Keyed by `endpointId`. */
export const principalEndpoints: ReadonlyMap<string, PrincipalEndpoint> = new Map(
  Object.values<Endpoint>(endpoints)
    .filter(isPrincipalEndpoint)
    .map((endpoint) => [endpointId(endpoint), endpoint]),
)

export const decidableRoutes = [
  ...rackRoutes.map(({ id, permission, scope }) => {
    return { id, api: 'rack', permission, scope, summary: routeSummaries[id] ?? id }
  }),
  ...[...principalEndpoints].map(([id, { permission, scope, summary }]) => {
    return { id, api: 'management', permission, scope, summary }
  }),
]
