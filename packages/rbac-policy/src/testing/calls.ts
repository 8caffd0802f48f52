import { readCommand } from '@rack-gateway/command-matcher'
import { type RackRoute, routesById } from '@rack-gateway/convox-api'
import type { Binding, Moment, Principal, RackCall } from '../model/types.ts'

/** The time of all decisions in tests. */
export const now = Date.UTC(2030, 0, 1)

/** The default time and address. */
export function moment(at = now): Moment {
  return { at, address: '192.0.2.1' }
}

export function binding(role: string, change: Partial<Binding> = {}): Binding {
  return { id: `binding-${role}`, role, racks: '*', apps: '*', expiresAt: null, ...change }
}

export function principal(bindings: readonly Binding[], change: Partial<Principal> = {}): Principal {
  return {
    kind: 'user',
    id: '0197f0a0-0000-7000-8000-000000000001',
    name: 'ada@example.com',
    credential: '0197f0a0-0000-7000-8000-000000000002',
    rack: null,
    groups: [],
    bindings,
    owner: null,
    expiresAt: now + 3_600_000,
    ...change,
  }
}

/** An API token and the bindings of its owner. */
export function token(
  bindings: readonly Binding[],
  owner: readonly Binding[],
  change: Partial<Principal> = {},
): Principal {
  return principal(bindings, {
    kind: 'api-token',
    name: 'nightly',
    owner: { kind: 'user', id: '0197f0a0-0000-7000-8000-000000000003', name: 'ada@example.com', bindings: owner },
    ...change,
  })
}

function routeOf(id: string): RackRoute {
  const route = routesById.get(id)
  if (!route) throw new Error(`no route ${id}`)
  return route
}

/** A simple call of a route on the rack staging, the app web, and a process of the service command. */
export function call(id: string, change: Partial<RackCall> = {}): RackCall {
  const route = routeOf(id)
  const run = route.permission === 'process:run'
  const exec = route.permission === 'process:exec'
  return {
    rack: 'staging',
    route,
    app: route.path.startsWith('/apps/{') ? 'web' : null,
    params: { app: 'web', service: 'command', pid: 'p1', host: 'db.internal', port: '5432', key: 'tmp/a.tgz' },
    process: route.path.includes('{pid}') ? { id: 'p1', known: true, service: 'command', own: false } : null,
    service: route.path.includes('{service}') ? 'command' : null,
    command: run || exec ? readCommand('bin/pre_release', run ? 'run' : 'exec') : null,
    parameters: { query: [], form: [], headers: [] },
    environment: null,
    resource: null,
    release: null,
    at: now,
    address: '192.0.2.1',
    ...change,
  }
}
