import type { Me } from '@rack-gateway/gateway-api'
import { type ListPermission, racksToList } from '../../api/can.ts'

/** `of`: what the calls of the tab concern. */
interface AppsTab {
  readonly to: '/apps' | `/apps/${'processes' | 'builds' | 'releases' | 'instances'}`
  readonly label: string
  readonly permission: ListPermission
  readonly of: 'rack' | 'apps'
}

const tabs: readonly AppsTab[] = [
  { to: '/apps', label: 'Apps', permission: 'app:list', of: 'apps' },
  { to: '/apps/processes', label: 'Processes', permission: 'process:list', of: 'apps' },
  { to: '/apps/builds', label: 'Builds', permission: 'build:list', of: 'apps' },
  { to: '/apps/releases', label: 'Releases', permission: 'release:list', of: 'apps' },
  { to: '/apps/instances', label: 'Instances', permission: 'instance:list', of: 'rack' },
]

/** The permission that the person lacks for a tab; null if they can open it. The lists over apps also list the apps. */
export function missingForTab(me: Pick<Me, 'listPermissions'>, path: string): ListPermission | null {
  const tab = tabs.find(({ to }) => to === path)
  if (tab === undefined) return null
  const needed = tab.of === 'apps' ? (['app:list', tab.permission] as const) : [tab.permission]
  return needed.find((permission) => racksToList(me, permission, tab.of).length === 0) ?? null
}

export function appsTabs(me: Pick<Me, 'listPermissions'>): readonly AppsTab[] {
  return tabs.filter(({ to }) => missingForTab(me, to) === null)
}
