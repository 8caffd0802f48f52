import type { ChangedApp } from '@rack-gateway/audit'
import { rackRoutes } from '@rack-gateway/convox-api'
import type { OwnApp } from '@rack-gateway/gateway-api'
import type { Handlers, PrincipalCall } from '../calls/call.ts'
import { promoteRoute, toAppChange } from './app-changes.ts'

const maxApps = 50
/** Racks whose apps are searched, at most. */
const maxRacks = 20

/** The permissions of the calls that change an app. */
const changePermissions = [
  ...new Set(
    rackRoutes
      .filter(({ path, changes }) => changes && path.startsWith('/apps/{app}'))
      .map(({ permission }) => permission),
  ),
]

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
    const { appChanges } = auditLog
    const racks = server.policy.racksOf(principal, server.racks.names, moment)
    const canSee = ({ rack, app }: ChangedApp) =>
      racks.includes(rack) && server.policy.canSeeApp(principal, rack, app, moment)
    const own = (await appChanges.ownApps(authorOf(principal))).filter(canSee)
    const ownTimes = new Map(own.map((one) => [keyOf(one), one.at]))
    const searched = racks.filter((rack) => canList(call, rack)).slice(0, maxRacks)
    const changed = searched.length === 0 ? [] : (await appChanges.changedApps(searched)).filter(canSee)
    const apps = [...own, ...changed.filter((one) => !ownTimes.has(keyOf(one)))]
    const found = apps.length === 0 ? [] : await appChanges.lastOfRoute(apps, promoteRoute)
    const promotions = new Map(found.map((one) => [keyOf(one), one]))
    const described = apps.map(({ rack, app }) => {
      const key = keyOf({ rack, app })
      const promotion = promotions.get(key)
      return {
        rack,
        app,
        canChange: canChange(call, rack, app),
        lastOwnChange: ownTimes.get(key)?.toISOString() ?? null,
        lastPromotion: promotion ? { at: promotion.at.toISOString(), by: promotion.name ?? 'unknown' } : null,
      }
    })
    return { apps: described.toSorted(compareApps).slice(0, maxApps) }
  },
}

/** Own changes first, then apps that the caller can change; the newest first. */
function compareApps(one: OwnApp, other: OwnApp): number {
  return (
    compareTimes(one.lastOwnChange, other.lastOwnChange) ||
    Number(other.canChange) - Number(one.canChange) ||
    compareTimes(one.lastPromotion?.at, other.lastPromotion?.at)
  )
}

/** RFC 3339 in UTC, of equal length. A missing time comes last. */
function compareTimes(one: string | null | undefined, other: string | null | undefined): number {
  const [first, second] = [one ?? '', other ?? '']
  return first === second ? 0 : first > second ? -1 : 1
}

/** A credential that is valid for one rack finds only the changes of that rack. */
function authorOf({ id, rack }: PrincipalCall['principal']) {
  return { principal: id, rack }
}

function canList({ server: { policy }, principal, moment }: PrincipalCall, rack: string): boolean {
  return policy.hasPermission(principal, 'app:list', { rack, app: null, scope: 'list' }, moment)
}

function canChange({ server: { policy }, principal, moment }: PrincipalCall, rack: string, app: string): boolean {
  const scope = { rack, app, scope: 'app' } as const
  return changePermissions.some((permission) => policy.hasPermission(principal, permission, scope, moment))
}

/** Names of racks and apps contain no slash. */
function keyOf({ rack, app }: ChangedApp): string {
  return `${rack}/${app}`
}
