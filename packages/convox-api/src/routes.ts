import { appRoutes } from './routes/apps.ts'
import { budgetRoutes } from './routes/budgets.ts'
import { buildRoutes } from './routes/builds.ts'
import { processRoutes } from './routes/processes.ts'
import { rackWideRoutes } from './routes/rack.ts'
import { resourceRoutes } from './routes/resources.ts'
import type { RackRoute } from './types.ts'

/**
 * The whole API of a Convox v3 rack, also what is blocked for everyone. Authorisation, audit names, forwarding, masks,
 * documentation and the test matrix are derived from it. The order is the rack's: of two routes that match, the first wins.
 */
export const rackRoutes: readonly RackRoute[] = Object.freeze([
  ...appRoutes,
  ...budgetRoutes,
  ...buildRoutes,
  ...processRoutes,
  ...resourceRoutes,
  ...rackWideRoutes,
])

export const routesById: ReadonlyMap<string, RackRoute> = new Map(rackRoutes.map((route) => [route.id, route]))
