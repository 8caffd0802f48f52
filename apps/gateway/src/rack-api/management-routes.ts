import type { compileMatcher, RouteMatch } from '@rack-gateway/convox-api'
import { forwardedRoutes } from '@rack-gateway/gateway-api'

const forwardedIds: ReadonlySet<string> = new Set(forwardedRoutes)

/**
 * Null if the management API does not forward the call. All routes are searched, as the rack does, because a path can
 * match two routes: `/apps/web/builds/B1.tgz` is the archive of a build, and not the build with the ID `B1.tgz`.
 */
export function matchManagementRoute(
  match: ReturnType<typeof compileMatcher>,
  method: string,
  path: string,
): RouteMatch | null {
  const found = match(method, path, 'http') ?? match(method, path, 'websocket')
  return found !== null && forwardedIds.has(found.route.id) ? found : null
}
