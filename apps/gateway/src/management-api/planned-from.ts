import { routesById } from '@rack-gateway/convox-api'
import { concernsProcess, type PlannedCall } from '@rack-gateway/convox-api/commands'
import { InvalidRequest, ruled } from '../errors.ts'
import { appOf, serviceOf } from '../rack-api/app-of.ts'
import type { CallToDecide } from './policy-schemas.ts'

/** A call to decide, as a plan would have it. What was left out stays open. @throws InvalidRequest */
export function plannedFrom(asked: CallToDecide): PlannedCall {
  const route = routesById.get(asked.route)
  if (route === undefined)
    throw unfit(
      'route is not the id of a route of the rack, such as GET /apps/{app}/processes',
      'choose one from docs/reference/rack-api.md',
    )
  const params: Readonly<Record<string, string>> = {
    ...(asked.app !== undefined && { app: asked.app }),
    ...asked.params,
  }
  const app = appOf(route, params)
  if (app === null && route.path.startsWith('/apps/{'))
    throw unfit('app is needed for a route that concerns one', 'send it')
  const { command = null, release = null, parameters = nothingSent } = asked
  return {
    route,
    params,
    app,
    service: serviceOf(route, params),
    parameters,
    parameterError: null,
    command,
    process:
      asked.process ?? (concernsProcess(route) ? { id: params.pid ?? null, service: null, own: 'unknown' } : null),
    release,
    environment:
      asked.environment ?? (route.permission === 'release:create' ? { named: [], others: 'possible' } : null),
    essential: true,
  }
}

const nothingSent = { query: [], form: [], headers: [] }

function unfit(reason: string, next: string): Error {
  return ruled(new InvalidRequest(reason, next), 'schema')
}
