import { appRoutes } from './routes/apps.ts'
import { budgetRoutes } from './routes/budgets.ts'
import { buildRoutes } from './routes/builds.ts'
import { processRoutes } from './routes/processes.ts'
import { rackWideRoutes } from './routes/rack.ts'
import { resourceRoutes } from './routes/resources.ts'
import { type RouteTable, routeOf } from './routes/table.ts'
import type { RackRoute } from './types.ts'

/** In the rack's order of registration. No name is in two of them. */
const tables: readonly RouteTable[] = [
  appRoutes,
  budgetRoutes,
  buildRoutes,
  processRoutes,
  resourceRoutes,
  rackWideRoutes,
]

const made = new Map<string, RackRoute>()

/** The route of this name; undefined where there is none. Made when it is first asked for. */
export function routeById(id: string): RackRoute | undefined {
  const known = made.get(id)
  if (known) return known
  const row = tables.find((table) => Object.hasOwn(table, id))?.[id]
  if (row === undefined) return undefined
  const route = routeOf(id, row())
  made.set(id, route)
  return route
}

/** The names of all routes, in the rack's order. */
export function routeIds(): string[] {
  return tables.flatMap((table) => Object.keys(table))
}

/**
 * The whole API of a Convox v3 rack, also what is blocked for everyone. Authorisation, audit names, forwarding, masks,
 * documentation and the test matrix are derived from it. The order is the rack's: of two routes that match, the first wins.
 */
export const rackRoutes: readonly RackRoute[] = /* @__PURE__ */ everyRoute()

export const routesById: ReadonlyMap<string, RackRoute> = /* @__PURE__ */ byId()

export function everyRoute(): readonly RackRoute[] {
  return Object.freeze(routeIds().flatMap((id) => routeById(id) ?? []))
}

function byId(): ReadonlyMap<string, RackRoute> {
  return new Map(rackRoutes.map((route) => [route.id, route]))
}
