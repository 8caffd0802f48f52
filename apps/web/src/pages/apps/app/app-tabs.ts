import type { Me } from '@rack-gateway/gateway-api'
import { can } from '../../../api/can.ts'
import type { AppRoute, CallDecision } from '../../../api/rack-data/allowed.ts'

/** `name`: the last segment of the path. `routes`: what the tab calls. */
const tabs = [
  { name: 'services', label: 'Services', routes: ['GET /apps/{app}/services'] },
  { name: 'processes', label: 'Processes', routes: ['GET /apps/{app}/processes'] },
  { name: 'builds', label: 'Builds', routes: ['GET /apps/{app}/builds', 'GET /apps/{app}/builds/{id}'] },
  { name: 'releases', label: 'Releases', routes: ['GET /apps/{app}/releases', 'GET /apps/{app}/releases/{id}'] },
  { name: 'environment', label: 'Environment', routes: ['GET /apps/{app}/releases', 'GET /apps/{app}/releases/{id}'] },
  { name: 'resources', label: 'Resources', routes: ['GET /apps/{app}/resources'] },
  { name: 'configs', label: 'Configs', routes: ['GET /apps/{app}/configs'] },
  { name: 'logs', label: 'Logs', routes: ['WS /apps/{app}/logs'] },
  // The timeline comes from the audit log. Everybody who can see the app can read it.
  { name: 'timeline', label: 'Timeline', routes: [] },
] as const satisfies readonly { name: string; label: string; routes: readonly AppRoute[] }[]

type DenialOf = (route: AppRoute) => CallDecision | null

/** Calls no rack. A person with the permission can open it without a role on the app. */
export const accessTab = { name: 'access', label: 'Access', permission: 'gateway:audit:read' } as const

/** The tabs whose calls are not denied. */
export function appTabs(denialOf: DenialOf, me: Pick<Me, 'permissions'>) {
  const allowed = tabs.filter(({ routes }) => routes.every((route) => denialOf(route) === null))
  return can(me, accessTab.permission) ? [...allowed, accessTab] : allowed
}

/** The denial of a call of the tab at the path; null if the tab can be opened. */
export function tabDenial(path: string, denialOf: DenialOf): CallDecision | null {
  const name = path.split('/')[4]
  const routes: readonly AppRoute[] = tabs.find((tab) => tab.name === name)?.routes ?? []
  return routes.reduce<CallDecision | null>((found, route) => found ?? denialOf(route), null)
}
