import { attachedRunSeconds, type CommandMode } from '@rack-gateway/command-matcher'
import {
  compileMatcher,
  isTargetError,
  type RackRoute,
  rackRoutes,
  readTarget,
  routesById,
  splitRackPrefix,
} from '@rack-gateway/convox-api'
import { individualPermissionsRole, unlimitedBinding } from '../compiled-policy/compiled-bindings.ts'
import type { Principal, PrincipalKind, RackCall } from '../model/types.ts'

/** The part of an audit event that is needed to decide about its call again. */
export interface RecordedCall {
  /** RFC 3339. */
  readonly at: string
  readonly principal: {
    readonly kind: string
    readonly id: string
    readonly name: string
    readonly owner?: { readonly kind: string; readonly id: string; readonly name: string }
    /** The ID of the session or of the API token. */
    readonly credential?: string
    readonly trust?: { readonly id: string; readonly name: string; readonly subject: string }
    readonly groups?: readonly string[]
    /** The roles at the scope of the call. */
    readonly roles?: readonly string[]
  }
  readonly source?: { readonly address: string }
  readonly rack: string
  readonly app?: string
  readonly route: string
  readonly path: string
  readonly process?: string
  readonly service?: string
  readonly release?: string
  readonly command?: readonly string[]
  readonly parameters?: {
    readonly query: readonly string[]
    readonly form: readonly string[]
    readonly headers: readonly string[]
  }
  /** Names of the keys that a new release changed, or that a run set. */
  readonly environment?: readonly string[]
  readonly decision: {
    readonly effect: string
    readonly rule: string
    /**
     * The ID of the grant that allowed the call. `principal.roles` includes the role of this grant, so the call is replayed
     * with it.
     */
    readonly grant?: string
    /** The decision of the policy, if only observe mode allowed the call. */
    readonly wouldBe?: RecordedDenial
  }
  /** The ID of the event. */
  readonly id?: string
  /** The HTTP status of the rack; absent if the event was recorded before the response. */
  readonly status?: number
  /** False for a call that the CLI stopped. */
  readonly sent?: boolean
  /** Fields in which a secret was redacted. */
  readonly hidden?: readonly string[]
}

/** A decision that observe mode did not enforce. */
export interface RecordedDenial {
  readonly effect: string
  readonly rule: string
  readonly source?: string
  readonly reason?: string
  readonly next?: string
}

export interface ReplayedCall {
  readonly principal: Principal
  readonly call: RackCall
}

/** Each caller is one object, because a policy compiles the bindings of each object once. */
export interface Callers {
  find(recorded: RecordedCall, kind: PrincipalKind): Principal
}

/** A study of more callers is only slower, because evicted callers are rebuilt. */
const maxCallers = 10_000

export function createCallers(): Callers {
  const cache = new Map<string, Principal>()
  return {
    find(recorded, kind) {
      const { id, name, roles, groups, owner, trust } = recorded.principal
      const key = JSON.stringify([kind, id, name, roles, groups, owner, trust])
      const found = cache.get(key) ?? principalOf(recorded, kind)
      if (cache.size >= maxCallers) cache.clear()
      cache.set(key, found)
      return found
    },
  }
}

const match = compileMatcher(rackRoutes)

/**
 * Rebuilds a recorded call. An event has only the principal's roles at the scope of the call, so these roles are bound
 * to every scope. The owner of a token gets all permissions, because events do not contain the owner's roles. Users
 * count as having a second factor.
 *
 * @returns null for an unknown route or kind of principal, such as those of another version, and for an invalid path
 */
export function toReplayedCall(recorded: RecordedCall, callers: Callers): ReplayedCall | null {
  const route = routesById.get(recorded.route)
  const kind = kindOf(recorded.principal.kind)
  const params = route === undefined ? null : paramsOf(route, recorded.path)
  if (route === undefined || kind === null || params === null) return null
  const { rack, app = null, parameters = { query: [], form: [], headers: [] } } = recorded
  const at = Date.parse(recorded.at)
  const isRun = route.permission === 'process:run'
  return {
    principal: callers.find(recorded, kind),
    call: {
      rack,
      route,
      app: route.path.startsWith('/apps/{app}') ? app : null,
      params,
      process: processOf(recorded, params),
      service: route.path.includes('{service}') ? (params.service ?? null) : null,
      command: commandOf(recorded, route),
      parameters,
      environment: route.permission === 'release:create' ? { changed: recorded.environment ?? [] } : null,
      resource: route.permission === 'proxy:open' && app !== null ? { app, name: '(recorded)' } : null,
      release: recorded.release === undefined || !isRun ? null : { id: recorded.release, newest: true },
      at,
      address: recorded.source?.address ?? null,
    },
  }
}

function kindOf(kind: string): PrincipalKind | null {
  return kind === 'user' || kind === 'api-token' || kind === 'workload' ? kind : null
}

function paramsOf(route: RackRoute, path: string): Readonly<Record<string, string>> | null {
  const target = readTarget(path)
  if (isTargetError(target)) return null
  const method = route.method === 'ANY' ? 'GET' : route.method
  return match(method, splitRackPrefix(target).path, route.kind)?.params ?? null
}

function principalOf({ principal }: RecordedCall, kind: PrincipalKind): Principal {
  const { id, name, roles = [], groups = [], trust } = principal
  const own = roles.filter((role) => role !== individualPermissionsRole).map(unlimitedBinding)
  const owner =
    kind === 'api-token'
      ? {
          kind: principal.owner?.kind === 'service-account' ? ('service-account' as const) : ('user' as const),
          id: principal.owner?.id ?? '',
          name: principal.owner?.name ?? '',
          bindings: [unlimitedBinding('admin'), ...own],
        }
      : null
  return {
    kind,
    id,
    name,
    credential: '',
    rack: null,
    groups,
    bindings: own,
    owner,
    ...(trust !== undefined && { trust }),
    ...(kind === 'user' && { secondFactor: true }),
    expiresAt: Number.MAX_SAFE_INTEGER,
  }
}

function processOf({ process, service, decision }: RecordedCall, params: Readonly<Record<string, string>>) {
  const id = process ?? params.pid
  if (id === undefined) return null
  return { id, known: service !== undefined, service: service ?? null, own: decision.rule === 'own-run' }
}

function commandOf({ command, environment = [] }: RecordedCall, { permission }: RackRoute): RackCall['command'] {
  const isRun = permission === 'process:run'
  if (command === undefined || (!isRun && permission !== 'process:exec')) return null
  const text = command.join(' ')
  const options = { interactive: null, entrypoint: null, environment: isRun ? environment : [], newestRelease: null }
  return { text, argv: command, error: null, mode: modeOf(isRun, text), options }
}

function modeOf(isRun: boolean, text: string): CommandMode {
  if (!isRun) return 'exec'
  return attachedRunSeconds(text) === null ? 'detached' : 'attached'
}
