/**
 * The routes of the rack API that the web console uses, below `/racks/{rack}`. Commands, proxies, archives, and files
 * are excluded, so that a stolen cookie gives no access to them.
 */
export const forwardedRoutes = [
  'GET /apps',
  'GET /apps/{app}',
  'GET /apps/{app}/builds',
  'GET /apps/{app}/builds/{id}',
  'WS /apps/{app}/builds/{id}/logs',
  'GET /apps/{app}/configs',
  'WS /apps/{app}/logs',
  'GET /apps/{app}/processes',
  'DELETE /apps/{app}/processes/{pid}',
  'WS /apps/{app}/processes/{pid}/logs',
  'GET /apps/{app}/releases',
  'POST /apps/{app}/releases',
  'GET /apps/{app}/releases/{id}',
  'POST /apps/{app}/releases/{id}/promote',
  'GET /apps/{app}/resources',
  'GET /apps/{app}/services',
  'PUT /apps/{app}/services/{service}',
  'WS /apps/{app}/services/{service}/logs',
  'POST /apps/{app}/services/{service}/restart',
  'GET /instances',
] as const

/** A log is a WebSocket (`WS`) in the rack API. The web console gets it as the response to an ordinary GET. */
export function forwardedRequest(id: (typeof forwardedRoutes)[number]): {
  readonly method: string
  readonly path: string
} {
  const [method = '', path = ''] = id.split(' ')
  return { method: method === 'WS' ? 'GET' : method, path: `/racks/{rack}${path}` }
}
