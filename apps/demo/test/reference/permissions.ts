import { readCommand } from '@rack-gateway/command-matcher'
import { type RackRoute, rackRoutes } from '@rack-gateway/convox-api'
import { apiPrefix, type Endpoint, endpoints } from '@rack-gateway/gateway/management-api'
import {
  type Binding,
  compilePolicy,
  type Principal,
  type PrincipalKind,
  type RackCall,
} from '@rack-gateway/rbac-policy'
import { builtInPolicy } from '@rack-gateway/rbac-policy/document'
import { code, table } from './table.ts'

const document = builtInPolicy()
const policy = compilePolicy(document)
const roles = document.roles.map(({ name }) => name)
const kinds: readonly PrincipalKind[] = ['user', 'api-token', 'workload']
const blocked = new Set(document.blocked.map(({ route }) => route))

/** The generated parts of permissions.md: every route × role × kind of caller. */
export function permissionParts(): Record<string, string> {
  return {
    rack: table(
      ['route', ...roles],
      rackRoutes.map((route) => [code(route.id), ...roles.map((role) => rackMark(route, role))]),
    ),
    own: table(
      [`below ${code(apiPrefix)}`, ...roles],
      Object.values(endpoints).map((endpoint: Endpoint) => [
        code(`${endpoint.method} ${endpoint.path}`),
        ...roles.map((role) => ownMark(endpoint, role)),
      ]),
    ),
  }
}

function rackMark(route: RackRoute, role: string): string {
  if (blocked.has(route.id)) return '–'
  const onAll = kinds.filter((kind) => decides(route, kind, role, '*'))
  if (onAll.length === 0) return ''
  if (onAll.length < kinds.length)
    throw new Error(`${route.id} tells kinds of callers apart: the page has no mark for it`)
  if (decides(route, 'user', role, 'another')) return '◌'
  return decides(route, 'user', role, 'web') ? '●' : '○'
}

function decides(route: RackRoute, kind: PrincipalKind, role: string, apps: string): boolean {
  return policy.decide(caller(kind, role, apps), callOf(route)).effect === 'allow'
}

function ownMark(endpoint: Endpoint, role: string): string {
  if (endpoint.authentication === 'anyone') return 'anyone'
  if (endpoint.authentication === 'job') return 'a job'
  const { callers, scope, permission, also = permission } = endpoint
  const everywhere = { rack: '*', app: null, scope: 'rack' } as const
  const held = (one: string) => policy.holds(caller('user', role, '*'), one, everywhere, moment)
  const holds = scope === 'self' || (held(permission) && held(also))
  if (!holds) return ''
  return callers.includes('api-token') ? '●' : 'P'
}

const moment = { at: 0, address: null }

function caller(kind: PrincipalKind, role: string, apps: string): Principal {
  const bindings: readonly Binding[] = [{ id: role, role, racks: '*', apps, expiresAt: null }]
  const owner = kind === 'api-token' ? ({ kind: 'user', id: 'owner', name: 'owner', bindings } as const) : null
  return { kind, id: role, name: role, credential: role, rack: null, groups: [], bindings, owner, expiresAt: 1 }
}

function callOf(route: RackRoute): RackCall {
  const run = route.permission === 'process:run'
  const starts = run || route.permission === 'process:exec'
  return {
    rack: 'staging',
    route,
    app: route.path.startsWith('/apps/{') ? 'web' : null,
    params: { app: 'web', service: 'command', pid: 'p1', host: 'db.internal', port: '5432', key: 'tmp/a.tgz' },
    process: route.path.includes('{pid}') ? { id: 'p1', known: true, service: 'command', own: false } : null,
    service: route.path.includes('{service}') ? 'command' : null,
    command: starts ? readCommand('bin/pre_release', run ? 'run' : 'exec') : null,
    parameters: { query: [], form: [], headers: [] },
    environment: null,
    resource: null,
    release: null,
    ...moment,
  }
}
