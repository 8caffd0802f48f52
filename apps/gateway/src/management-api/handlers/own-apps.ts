import type { AppChanges, ChangedApp } from '@rack-gateway/audit'
import { rackRoutes } from '@rack-gateway/convox-api'
import type { OwnApp } from '@rack-gateway/gateway-api'
import type { Handlers, PrincipalCall } from '../calls/call.ts'
import { toAppChange } from './app-changes.ts'

const promoteRoute = 'POST /apps/{app}/releases/{id}/promote'
const maxApps = 50
/** Racks whose apps are searched, at most. */
const maxRacks = 20

/** The permissions of the calls that change an app. */
const changePermissions = new Set(
  rackRoutes
    .filter(({ path, changes }) => changes && path.startsWith('/apps/{app}'))
    .map(({ permission }) => permission),
)

/** Not recorded, because the caller made these changes, or can see these apps. */
export const ownAppHandlers: Handlers<'listOwnChanges' | 'listOwnApps'> = {
  async listOwnChanges({ auditLog, principal, query }) {
    const { limit = 50, cursor } = query
    const { items, next } = await auditLog.appChanges.ownPage(authorOf(principal), { limit, cursor })
    return {
      items: items.map((found) => {
        const { principal: _, ...change } = toAppChange(found)
        return { ...change, rack: found.event.rack ?? '', app: found.event.app ?? null }
      }),
      next,
    }
  },

  async listOwnApps(call) {
    const { server, principal, moment, auditLog } = call
    const { policy } = server
    const racks = policy.racksOf(principal, server.racks.names, moment)
    const own = (await auditLog.appChanges.ownApps(authorOf(principal))).filter(
      ({ rack, app }) => racks.includes(rack) && policy.canSeeApp(principal, rack, app, moment),
    )
    const ownTimes = new Map(own.map((one) => [keyOf(one), one.at]))
    const changeable = (await changeableApps(call, racks, auditLog.appChanges)).filter(
      (one) => !ownTimes.has(keyOf(one)),
    )
    const apps = [...own, ...changeable]
    const promotions = new Map(
      apps.length === 0
        ? []
        : (await auditLog.appChanges.lastOfRoute(apps, promoteRoute)).map((one) => [keyOf(one), one]),
    )
    const promotedAt = (one: ChangedApp) => promotions.get(keyOf(one))?.at.getTime() ?? 0
    const sorted = [...own, ...changeable.toSorted((one, other) => promotedAt(other) - promotedAt(one))]
    return {
      apps: sorted.slice(0, maxApps).map(({ rack, app }): OwnApp => {
        const promotion = promotions.get(keyOf({ rack, app }))
        return {
          rack,
          app,
          canChange: canChange(call, rack, app),
          lastOwnChange: ownTimes.get(keyOf({ rack, app }))?.toISOString() ?? null,
          lastPromotion: promotion ? { at: promotion.at.toISOString(), by: promotion.name ?? 'unknown' } : null,
        }
      }),
      racks: racks.filter((rack) => canChange(call, rack, null)),
    }
  },
}

/** A credential that is valid for one rack finds only the changes of that rack. */
function authorOf({ id, rack }: PrincipalCall['principal']) {
  return { principal: id, rack }
}

async function changeableApps(
  call: PrincipalCall,
  racks: readonly string[],
  changes: AppChanges,
): Promise<readonly ChangedApp[]> {
  const { policy } = call.server
  const { principal, moment } = call
  const searched = racks.filter((rack) => hasAny(call, { rack, app: null, scope: 'list' })).slice(0, maxRacks)
  if (searched.length === 0) return []
  const found = await changes.changedApps(searched)
  return found.filter(({ rack, app }) => policy.canSeeApp(principal, rack, app, moment) && canChange(call, rack, app))
}

/** @param app null for every app of the rack */
function canChange(call: PrincipalCall, rack: string, app: string | null): boolean {
  return hasAny(call, { rack, app, scope: app === null ? 'rack' : 'app' })
}

function hasAny(
  { server: { policy }, principal, moment }: PrincipalCall,
  scope: Parameters<typeof policy.hasPermission>[2],
): boolean {
  return [...changePermissions].some((permission) => policy.hasPermission(principal, permission, scope, moment))
}

/** Names of racks and apps contain no slash. */
function keyOf({ rack, app }: ChangedApp): string {
  return `${rack}/${app}`
}
