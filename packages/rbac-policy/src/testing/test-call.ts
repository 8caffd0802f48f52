import { readCommand } from '@rack-gateway/command-matcher'
import { type RackRoute, rackRoutes, routesById } from '@rack-gateway/convox-api'
import type { Principal, PrincipalKind, RackCall } from '../model/types.ts'
import { checkFields, type FieldsOf } from './check-fields.ts'

/** The caller in a test. Default: a user who is an administrator. */
export interface TestCaller {
  /** Bound to every rack and app. Can be a role that the built-in policy does not have. */
  readonly role?: string
  readonly kind?: PrincipalKind
  readonly name?: string
  readonly groups?: readonly string[]
  /** The service account that owns an API token. */
  readonly serviceAccount?: string
}

/** A call in a test. All fields except the route have defaults. */
export interface TestCall {
  /** The ID of a route, such as `POST /apps/{app}/releases/{id}/promote`. docs/reference/rack-api.md lists routes. */
  readonly route: string
  /** Default: `staging`. */
  readonly rack?: string
  /** Default: `web`, if the route has an app. */
  readonly app?: string
  /** The values of the other placeholders of the route. */
  readonly params?: Readonly<Record<string, string>>
  /** The time: `2030-12-24T12:00Z`, a Date, or milliseconds. Default: noon of 2 January 2030. */
  readonly at?: string | number | Date
  readonly as?: TestCaller
  readonly address?: string
  readonly service?: string
  readonly process?: { readonly id?: string; readonly service?: string | null; readonly own?: boolean }
  /** The command of a run or an exec (default: `bin/pre_release`), or of a shell on an instance (no default). */
  readonly command?: string
  /** Names of the environment keys that a new release changes. */
  readonly environment?: readonly string[]
  readonly parameters?: Partial<RackCall['parameters']>
  readonly release?: { readonly id: string; readonly newest: boolean }
}

const callerFields: FieldsOf<TestCaller> = { role: true, kind: true, name: true, groups: true, serviceAccount: true }
const callFields: FieldsOf<TestCall> = {
  route: true,
  rack: true,
  app: true,
  params: true,
  at: true,
  as: true,
  address: true,
  service: true,
  process: true,
  command: true,
  environment: true,
  parameters: true,
  release: true,
}
const processFields: FieldsOf<NonNullable<TestCall['process']>> = { id: true, service: true, own: true }
const parameterFields: FieldsOf<RackCall['parameters']> = { query: true, form: true, headers: true }
const releaseFields: FieldsOf<NonNullable<TestCall['release']>> = { id: true, newest: true }

const noon = Date.UTC(2030, 0, 2, 12)

/** @throws for a time that can't be read */
export function timeOf(at: TestCall['at'] = noon): number {
  const time = new Date(at).getTime()
  if (Number.isNaN(time)) throw new Error(`at: ${String(at)} is not a time; write it like 2030-12-24T12:00Z`)
  return time
}

/** @throws for a field that is not known */
export function principalOf(caller: TestCaller = {}): Principal {
  checkFields(caller, callerFields, 'as')
  const { role = 'admin', groups = [], serviceAccount } = caller
  const { kind = serviceAccount === undefined ? 'user' : 'api-token' } = caller
  const { name = kind === 'user' ? `${role}@example.com` : 'nightly' } = caller
  const bindings = [{ id: `binding-of-${role}`, role, racks: '*', apps: '*', expiresAt: null }]
  const owner = { kind: 'service-account', id: 'test-owner', name: serviceAccount ?? 'robots', bindings } as const
  return Object.freeze({
    kind,
    id: `test-${kind}-${name}`,
    name,
    credential: 'test-credential',
    rack: null,
    groups,
    bindings,
    owner: kind === 'api-token' ? owner : null,
    expiresAt: Number.MAX_SAFE_INTEGER,
  })
}

/** @throws for a route or a field that is not known */
export function rackCallOf(call: TestCall): RackCall {
  checkFields(call, callFields, '')
  checkFields(call.process ?? {}, processFields, 'process')
  checkFields(call.parameters ?? {}, parameterFields, 'parameters')
  if (call.release !== undefined) checkFields(call.release, releaseFields, 'release')
  const route = routeOf(call.route)
  const params = { ...defaultParams(route, call), ...call.params }
  return {
    rack: call.rack ?? 'staging',
    route,
    app: route.path.startsWith('/apps/{') ? (call.app ?? 'web') : null,
    params,
    process: processOf(route, call),
    service: params.service ?? null,
    command: commandOf(route, call),
    ...(isShell(route) && call.command !== undefined ? { instanceCommand: call.command } : {}),
    parameters: { query: [], form: [], headers: [], ...call.parameters },
    environment: call.environment === undefined ? null : { changed: call.environment },
    resource: null,
    release: call.release ?? null,
    at: timeOf(call.at),
    address: call.address ?? '192.0.2.1',
  }
}

function routeOf(id: string): RackRoute {
  const route = routesById.get(id)
  if (route) return route
  const near = mostSimilarRoute(id)
  const hint = near === null ? 'docs/reference/rack-api.md lists them' : `did you mean ${near}?`
  throw new Error(`the rack API has no route ${JSON.stringify(id)}: ${hint}`)
}

/** The route that shares the most words; null if none shares two. */
function mostSimilarRoute(id: string): string | null {
  const words = new Set(wordsOf(id))
  const shared = rackRoutes.map((route) => wordsOf(route.id).filter((word) => words.has(word)).length)
  const most = Math.max(...shared)
  return most < 2 ? null : (rackRoutes[shared.indexOf(most)]?.id ?? null)
}

function wordsOf(id: string): string[] {
  return id.split(/[ /]+/).filter((word) => word !== '')
}

function defaultParams(route: RackRoute, { app = 'web', service = 'command', process }: TestCall) {
  const known: Readonly<Record<string, string>> = { app, service, pid: process?.id ?? 'process-1', id: 'R1' }
  const names = [...route.path.matchAll(/\{(\w+)(?::[^}]*)?\}/g)].map(([, name = '']) => name)
  return Object.fromEntries(names.map((name) => [name, known[name] ?? `some-${name}`]))
}

function processOf(route: RackRoute, { process = {} }: TestCall): RackCall['process'] {
  if (!route.path.includes('{pid}')) return null
  return { id: 'process-1', known: true, service: 'command', own: false, ...process }
}

function isShell({ permission }: RackRoute): boolean {
  return permission === 'instance:shell'
}

function commandOf({ permission }: RackRoute, { command = 'bin/pre_release' }: TestCall): RackCall['command'] {
  if (permission === 'process:run') return readCommand(command, 'run')
  return permission === 'process:exec' ? readCommand(command, 'exec') : null
}
