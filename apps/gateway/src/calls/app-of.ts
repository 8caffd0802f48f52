import type { PathParameters, RackRoute } from '@rack-gateway/convox-api'

/** The app of a route: the first parameter below `/apps/`, or null. */
export function appOf(route: RackRoute, params: PathParameters): string | null {
  if (!route.path.startsWith('/apps/{')) return null
  return params[route.path.slice('/apps/{'.length, route.path.indexOf('}'))] ?? null
}

export function serviceOf(route: RackRoute, params: PathParameters): string | null {
  return params.service ?? (route.path.includes('/services/{name}') ? (params.name ?? null) : null)
}
