import type { FoundEvent } from '@rack-gateway/audit'
import type { AppChange } from '@rack-gateway/gateway-api'
import { InvalidRequest } from '../../errors/errors.ts'
import type { Handlers, PrincipalCall } from '../calls/call.ts'

const lookBack = 366 * 86_400_000
const releaseRoute = 'POST /apps/{app}/releases'
export const promoteRoute = 'POST /apps/{app}/releases/{id}/promote'
const buildRoutes = ['POST /apps/{app}/builds', 'POST /apps/{app}/builds/import']

/** Not recorded, because everyone who sees an app can see who changed it. */
export const appChangeHandlers: Handlers<'getLastChanges' | 'listAppChanges'> = {
  async getLastChanges(call) {
    const { rack, app: apps, release: releases = [], build: builds = [] } = call.query
    const [app = ''] = apps
    const wantsHistory = releases.length + builds.length > 0
    if (wantsHistory && apps.length > 1) throw severalApps()
    const visible = apps.filter((name) => canSee(call, rack, name))
    const since = new Date(call.moment.at - lookBack)
    const { appChanges } = call.auditLog
    const last = visible.length === 0 ? new Map() : await appChanges.last(rack, [...new Set(visible)], since)
    const { events, complete } =
      wantsHistory && visible.length > 0
        ? await appChanges.ofRoutes({ rack, app }, [releaseRoute, promoteRoute, ...buildRoutes])
        : { events: [], complete: true }
    const changes = newestChanges(events)
    return {
      since: since.toISOString(),
      apps: apps.map((name) => ({ app: name, last: changeOrNull(last.get(name)) })),
      releases: releases.map((release) => ({
        release,
        created: changes.created.get(release) ?? null,
        promoted: changes.promoted.get(release) ?? null,
      })),
      builds: builds.map((build) => ({ build, created: changes.built.get(build) ?? null })),
      complete,
    }
  },

  async listAppChanges(call) {
    const { rack, app, limit = 50, cursor } = call.query
    if (!canSee(call, rack, app)) return { items: [], next: null }
    const { items, next } = await call.auditLog.appChanges.page({ rack, app }, { limit, cursor })
    return { items: items.map(toAppChange), next }
  },
}

interface NewestChanges {
  /** By the ID of the release. */
  readonly created: ReadonlyMap<string, AppChange>
  readonly promoted: ReadonlyMap<string, AppChange>
  /** By the ID of the build. */
  readonly built: ReadonlyMap<string, AppChange>
}

/** @param events newest first */
function newestChanges(events: readonly FoundEvent[]): NewestChanges {
  const created = new Map<string, AppChange>()
  const promoted = new Map<string, AppChange>()
  const built = new Map<string, AppChange>()
  for (const event of events.toReversed()) {
    const change = toAppChange(event)
    const { route, release, build } = change
    if (release !== null && route === releaseRoute) created.set(release, change)
    if (release !== null && route === promoteRoute) promoted.set(release, change)
    if (build !== null) built.set(build, change)
  }
  return { created, promoted, built }
}

/** An app that the caller cannot see, and one that does not exist, have the same response. */
function canSee({ server: { policy }, principal, moment }: PrincipalCall, rack: string, app: string): boolean {
  return policy.canSeeApp(principal, rack, app, moment)
}

function changeOrNull(found: FoundEvent | undefined): AppChange | null {
  return found === undefined ? null : toAppChange(found)
}

export function toAppChange({ id, event }: FoundEvent): AppChange {
  const { at, principal, route = '', release, service, process, request = '', path = '', detail } = event
  return {
    id,
    at,
    principal: {
      kind: principal?.kind ?? 'system',
      id: principal?.id ?? '',
      name: principal?.name ?? 'unknown',
    },
    route,
    release: release ?? promotedRelease(path),
    build: typeof detail?.build === 'string' ? detail.build : null,
    service: service ?? null,
    process: process ?? null,
    request,
  }
}

/** The event of a promotion names the release only in the path. */
function promotedRelease(path: string): string | null {
  return /\/releases\/([^/]+)\/promote$/.exec(path)?.[1] ?? null
}

function severalApps(): Error {
  return new InvalidRequest('`release` and `build` require exactly one `app`.', 'Ask about one app at a time.', {
    rule: 'schema',
  })
}
