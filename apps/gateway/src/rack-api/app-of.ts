import type { PathParameters, RackRoute } from '@rack-gateway/convox-api'

/** The app that a route concerns: the first parameter below `/apps/`, else none. */
export function appOf(route: RackRoute, params: PathParameters): string | null {
  if (!route.path.startsWith('/apps/{')) return null
  return params[route.path.slice('/apps/{'.length, route.path.indexOf('}'))] ?? null
}

/** The service that a route names, else none. */
export function serviceOf(route: RackRoute, params: PathParameters): string | null {
  return params.service ?? (route.path.includes('/services/{name}') ? (params.name ?? null) : null)
}
