import { appRoutes } from './apps.ts'
import { budgetRoutes } from './budgets.ts'
import { buildRoutes } from './builds.ts'
import { processRoutes } from './processes.ts'
import { rackWideRoutes } from './rack.ts'
import { resourceRoutes } from './resources.ts'
import { createRoute, type RouteTable } from './route-row.ts'
import type { RackRoute } from './types.ts'

/** In the rack's order of registration. */
const tables: readonly RouteTable[] = [
  appRoutes,
  budgetRoutes,
  buildRoutes,
  processRoutes,
  resourceRoutes,
  rackWideRoutes,
]

const createdRoutes = new Map<string, RackRoute>()

export function routeById(id: string): RackRoute | undefined {
  const known = createdRoutes.get(id)
  if (known) return known
  const row = tables.find((table) => Object.hasOwn(table, id))?.[id]
  if (row === undefined) return undefined
  const route = createRoute(id, row())
  createdRoutes.set(id, route)
  return route
}

export function routeIds(): string[] {
  return tables.flatMap((table) => Object.keys(table))
}

/**
 * All routes of a Convox v3 rack, including those that are blocked for everyone. Authorization, audit names,
 * forwarding, masks, documentation, and the test matrix derive from this list.
 */
export const rackRoutes: readonly RackRoute[] = /* @__PURE__ */ allRoutes()

export const routesById: ReadonlyMap<string, RackRoute> = /* @__PURE__ */ byId()

export function allRoutes(): readonly RackRoute[] {
  return Object.freeze(routeIds().flatMap((id) => routeById(id) ?? []))
}

function byId(): ReadonlyMap<string, RackRoute> {
  return new Map(rackRoutes.map((route) => [route.id, route]))
}
