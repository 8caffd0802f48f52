import { readCommand } from '@rack-gateway/command-matcher'
import { type RackRoute, rackRoutes } from '@rack-gateway/convox-api'
import type { Binding, PolicyDocument, Principal, RackCall } from '@rack-gateway/rbac-policy'
import { builtInPolicy } from '@rack-gateway/rbac-policy/document'

/** The calls to decide: distinct calls on the apps of many teams, including commands. About half are denied. */
export interface Workload {
  readonly document: PolicyDocument
  readonly principal: Principal
  readonly calls: readonly RackCall[]
}

const racks = ['staging', 'production', 'eu', 'us', 'sandbox']
const boundRoles = ['viewer', 'ops', 'deployer']
const plainRoutes = routes(
  'GET /apps/{app}',
  'POST /apps/{app}/releases/{id}/promote',
  'DELETE /apps/{app}',
  'GET /instances',
)
const [runRoute] = routes('POST /apps/{app}/services/{service}/processes')
/** The number of kinds of calls: a command, and each of the plain calls. */
const kinds = plainRoutes.length + 1
/**
 * Calls of each kind for one team, before the next team. A multiple of 2, 3, and 4, because every second call has
 * another command, every third another app, and every fourth another rack.
 */
const callsPerTeam = 12
const at = Date.UTC(2030, 0, 1)

/** @param size the number of rules, and of bindings @param calls the number of distinct calls */
export function createWorkload(size: number, calls: number): Workload {
  const { roles, ...rest } = builtInPolicy()
  const commands = Array.from({ length: size }, (_, index) => ({
    id: `task-${index}`,
    argv: ['rake', [`task:${index}`, `job:${index}`], { name: 'id', type: 'integer' as const }],
    services: ['command'],
    roles: ['deployer'],
    apps: [`team-${index}-*`],
  }))
  const bindings = Array.from(
    { length: size },
    (_, index): Binding => ({
      id: `binding-${index}`,
      role: boundRoles[index % boundRoles.length] ?? '',
      racks: racks[index % racks.length] ?? '',
      apps: index % 3 === 0 ? `team-${index}-web` : `team-${index}-*`,
      expiresAt: index % 2 === 0 ? null : at + 3_600_000,
    }),
  )
  const principal: Principal = {
    kind: 'user',
    id: 'person',
    name: 'ada@example.com',
    credential: 'session',
    rack: null,
    groups: [],
    bindings,
    owner: null,
    expiresAt: at + 3_600_000,
  }
  return {
    document: { ...rest, roles, commands },
    principal,
    calls: Array.from({ length: calls }, (_, index) => callOf(index, size)),
  }
}

/** The route changes faster than the team, so that the mix doesn't depend on the number of teams. */
function callOf(index: number, size: number): RackCall {
  const kind = index % kinds
  const variant = Math.floor(index / kinds)
  const team = Math.floor(variant / callsPerTeam) % size
  const app = `team-${team}-${variant % 3 === 0 ? 'web' : `app${index}`}`
  const rack = racks[(variant % 4 === 0 ? index : team) % racks.length] ?? ''
  const isCommand = kind === 0
  const route = isCommand ? runRoute : plainRoutes[kind - 1]
  if (route === undefined) throw new Error('there is no such route')
  return {
    rack,
    route,
    app: route.scope === 'app' ? app : null,
    params: { app },
    process: null,
    service: isCommand ? 'command' : null,
    command: isCommand ? readCommand(`rake task:${variant % 2 === 0 ? team : index} ${index}`, 'run') : null,
    parameters: { query: [], form: [], headers: [] },
    environment: null,
    resource: null,
    release: null,
    at,
    address: '192.0.2.1',
  }
}

function routes(...ids: readonly string[]): RackRoute[] {
  return ids.map((id) => {
    const route = rackRoutes.find((one) => one.id === id)
    if (route === undefined) throw new Error(`there is no route ${id}`)
    return route
  })
}
