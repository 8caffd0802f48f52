import { routesById } from '@rack-gateway/convox-api'
import { dependsOnProcess, type PlannedCall } from '@rack-gateway/convox-api/commands'
import type { RequestedCall } from '@rack-gateway/gateway-api'
import { appOf, serviceOf } from '../../calls/app-of.ts'
import { invalid } from '../../errors/errors.ts'

/** Fields that the request omits stay unknown. @throws InvalidRequest */
export function toPlannedCall(requested: RequestedCall): PlannedCall {
  const route = routesById.get(requested.route)
  if (route === undefined)
    throw invalid(
      '`route` is not the ID of a rack route, such as GET /apps/{app}/processes.',
      'Choose one from docs/reference/rack-api.md.',
    )
  const params: Readonly<Record<string, string>> = {
    ...(requested.app !== undefined && { app: requested.app }),
    ...requested.params,
  }
  const app = appOf(route, params)
  if (app === null && route.path.startsWith('/apps/{')) throw invalid('`app` is required for this route.', 'Add it.')
  const { command = null, release = null, parameters = noParameters } = requested
  return {
    route,
    params,
    app,
    service: serviceOf(route, params),
    parameters,
    values: noValues,
    parameterError: null,
    command,
    process:
      requested.process ?? (dependsOnProcess(route) ? { id: params.pid ?? null, service: null, own: 'unknown' } : null),
    release,
    environment:
      requested.environment ?? (route.permission === 'release:create' ? { named: [], others: 'possible' } : null),
    essential: true,
    repeated: false,
  }
}

const noParameters = { query: [], form: [], headers: [] }
const noValues = { query: new Map(), form: new Map(), headers: new Map() }
