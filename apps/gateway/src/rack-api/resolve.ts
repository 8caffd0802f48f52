import { decodeHeaderCommand, readCommand } from '@rack-gateway/command-matcher'
import {
  checkFormValuesInSteps,
  type ParameterError,
  type Parameters,
  type RackRoute,
  readParametersInSteps,
  type Steps,
  textBytesInSteps,
} from '@rack-gateway/convox-api'
import type { Rack } from '@rack-gateway/rack-registry'
import { type ProcessSubject, type RackCall, rackUpdateRoute } from '@rack-gateway/rbac-policy'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { appOf, serviceOf } from '../calls/app-of.ts'
import type { RoutedCall } from '../calls/call.ts'
import { proofAddress } from '../calls/proof-address.ts'
import type { RecordedChange } from '../calls/recorded-changes.ts'
import { type RecordedValues, recordedValues } from '../calls/recorded-values.ts'
import { AmbiguousParameters, InvalidParameter, NotAllowed } from '../errors/errors.ts'
import { textField } from '../json/text-field.ts'
import { buildLogsRoute, rejectForeignLogs } from './lookups/build-logs.ts'
import { askRack } from './lookups/rack-question.ts'
import { type NewEnvironment, rejectStrayMasks } from './masks/environment.ts'
import { namesIn, optionsOfExec, optionsOfRun, type RunStart } from './processes/run-options.ts'

const execRoute = 'WS /apps/{app}/processes/{pid}/exec'
const stopRoute = 'DELETE /apps/{app}/processes/{pid}'
const filesPath = '/apps/{app}/processes/{pid}/files'
const releaseRoute = 'POST /apps/{app}/releases'
const configRoute = 'PUT /apps/{app}/configs/{name}'
export const runRoute = 'POST /apps/{app}/services/{service}/processes'

export interface CallParameters {
  readonly parameters: Parameters
  /** The values that events may contain according to the policy; null: none. */
  readonly values: RecordedValues | null
}

export interface CheckedParameters {
  readonly parameters: Parameters
  /** The names of the rack's parameters that the call changes; null: none. */
  readonly rackParameters: readonly string[] | null
}

export interface ResolvedCall {
  readonly rackCall: RackCall
  /** The form for the rack: the received form with real values in place of masks; null: no form. */
  readonly sent: Buffer | null
  /** The real values that replaced masks in the form. */
  readonly restoredValues: readonly string[]
  readonly keyChanges: readonly RecordedChange[]
}

/**
 * Reads the parameters in the same way as the rack.
 *
 * @throws AmbiguousParameters, InvalidParameter, NotAllowed, ForeignMask
 */
export function* readCallParameters(
  { policy }: FastifyInstance,
  request: FastifyRequest,
  call: RoutedCall,
): Steps<CallParameters> {
  const { route, params } = call.match
  const parameters = yield* readParametersInSteps(route, {
    method: request.method,
    search: call.parsedRequest.search,
    contentType: request.headers['content-type'] ?? '',
    body: call.form,
    rawHeaders: request.raw.rawHeaders,
  })
  if ('rule' in parameters) throw parameterError(parameters)
  yield* rejectStrayMasks(parameters, (name) => {
    if (route.id === releaseRoute && name === 'env') return null
    return route.id === configRoute ? (params.name ?? name) : name
  })
  const app = appOf(route, params)
  return { parameters, values: yield* recordedValues(policy, { route, rack: call.rack, app, parameters }) }
}

/**
 * Checks the values of the form.
 *
 * @returns the names of the rack's parameters that the call changes; null if it changes none
 * @throws InvalidParameter, NotAllowed, AmbiguousParameters
 */
export function* checkForm(
  { match: { route, params } }: RoutedCall,
  { form }: Parameters,
): Steps<readonly string[] | null> {
  const invalidValue = yield* checkFormValuesInSteps(route, params, form)
  if (invalidValue) throw parameterError(invalidValue)
  return route.id === rackUpdateRoute ? yield* namesIn(yield* textBytesInSteps(form.get('parameters') ?? '')) : null
}

export function resolveCall(
  { clock }: FastifyInstance,
  call: RoutedCall,
  { parameters, rackParameters }: CheckedParameters,
  { process, run, resource, release, environment }: Facts,
): ResolvedCall {
  const { route, params } = call.match
  const app = appOf(route, params)
  const rackCall = {
    rack: call.rack.name,
    route,
    app,
    params,
    process,
    service: serviceOf(route, params),
    command: commandOf(route, parameters.headers, { run, release }),
    ...instanceCommand(route, parameters.headers),
    parameters: {
      query: [...parameters.query.keys()],
      form: [...parameters.form.keys()],
      headers: [...parameters.headers.keys()],
    },
    environment: environment && { changed: environment.changes.map(({ key }) => key) },
    resource,
    release,
    ...(rackParameters && { rackParameters }),
    at: clock.now(),
    address: call.address,
  }
  return {
    rackCall,
    sent: environment?.restored ?? call.form,
    restoredValues: environment?.restoredValues ?? [],
    keyChanges: environment?.recordedChanges ?? [],
  }
}

function parameterError({ rule, reason, remedy }: ParameterError): Error {
  const ErrorClass = parameterErrors[rule] ?? AmbiguousParameters
  return new ErrorClass(reason, remedy, { rule })
}

const parameterErrors: Readonly<Partial<Record<ParameterError['rule'], typeof NotAllowed>>> = {
  'refused-header': NotAllowed,
  'foreign-object': NotAllowed,
  'invalid-parameter': InvalidParameter,
}

export interface Facts {
  readonly process: ProcessSubject | null
  /** The run that the process belongs to, even if another principal started the run; null: no run. */
  readonly run: RunStart | null
  readonly resource: RackCall['resource']
  readonly release: RackCall['release']
  readonly environment: NewEnvironment | null
  /** False if facts that a denial can depend on were not looked up, because the call could not be allowed then. */
  readonly isComplete: boolean
}

export const noFacts: Facts = {
  process: null,
  run: null,
  resource: null,
  release: null,
  environment: null,
  isComplete: true,
}

/** Whether the decision needs facts that the call does not contain. */
export function needsLookup(route: RackRoute): boolean {
  return (
    routesByOwner.has(route.id) ||
    dependsOnService(route) ||
    routesWithRelease.has(route.id) ||
    route.id === buildLogsRoute ||
    route.permission === 'proxy:open'
  )
}

/**
 * Asks the rack only if the call can be allowed: if the caller has the route's permission, or `resource:proxy` for a
 * proxy, or if observe mode lets the call pass. Otherwise, observe mode would not see what stays denied, such as a
 * protected key.
 *
 * @throws InvalidParameter, NotAllowed, ForeignMask, and the errors of `askRack`
 */
export async function lookUpFacts(
  request: FastifyRequest,
  call: RoutedCall,
  { headers, form }: Parameters,
): Promise<Facts> {
  const { server } = request
  const { principal, address } = call
  const { route, params } = call.match
  const app = appOf(route, params)
  const scope = { rack: call.rack.name, app, scope: route.scope }
  const moment = { at: server.clock.now(), address }
  const isAllowable = server.policy.canAllow(principal, route.permission, scope, moment)
  const isRelease = route.id === releaseRoute
  const build = route.id === buildLogsRoute && isAllowable && app !== null ? params.id : undefined
  const [{ process, run }, resource, release, environment, isBuildRunning] = await Promise.all([
    processOf(request, call, app, isAllowable),
    proxiedResource(server, call),
    releaseInHeader(call.rack, app, isAllowable ? headers.get('release') : undefined),
    isAllowable && app !== null && isRelease ? server.environments.ofNewRelease(call.rack, app, form) : null,
    build === undefined || app === null ? false : rejectForeignLogs(call.rack, app, build),
  ])
  call.isBuildRunning = isBuildRunning
  const isComplete = isAllowable || process?.own === true || !factsThatDeny(route)
  return { process, run, resource, release, environment, isComplete }
}

function commandOf(
  { id }: RackRoute,
  headers: Parameters['headers'],
  { run, release }: Pick<Facts, 'run' | 'release'>,
): RackCall['command'] {
  if (id !== execRoute && id !== runRoute) return null
  const command = readCommand(headers.get('command') ?? '', id === execRoute ? 'exec' : 'run')
  const start = { attached: command.mode === 'attached', newestRelease: release?.newest ?? true }
  return { ...command, options: id === execRoute ? optionsOfExec(headers, run) : optionsOfRun(headers, start) }
}

function instanceCommand({ permission }: RackRoute, headers: Parameters['headers']): Pick<RackCall, 'instanceCommand'> {
  const header = permission === 'instance:shell' ? (headers.get('command') ?? '') : ''
  return header === '' ? {} : { instanceCommand: decodeHeaderCommand(header) }
}

/** Routes whose decision depends on the owner of the process. */
const routesByOwner: ReadonlySet<string> = new Set([execRoute, stopRoute])
const routesWithRelease: ReadonlySet<string> = new Set([releaseRoute, runRoute])

/** Whether the decision depends on the service of the process. */
const dependsOnService = (route: RackRoute) => route.id === execRoute || route.path === filesPath

/** Whether a missing fact could hide a denial. Without its other facts, a stop or a proxy is denied. */
const factsThatDeny = (route: RackRoute) => route.id !== stopRoute && route.permission !== 'proxy:open'

const unknownProcess = { known: false, service: null }

async function processOf(
  request: FastifyRequest,
  call: RoutedCall,
  app: string | null,
  isAllowable: boolean,
): Promise<Pick<Facts, 'process' | 'run'>> {
  const { runs, processDirectory } = request.server
  const { principal, rack } = call
  const { route, params } = call.match
  const id = params.pid
  if (id === undefined || app === null || !(routesByOwner.has(route.id) || dependsOnService(route)))
    return { process: null, run: null }
  const run = await runs.find(rack.name, app, id)
  if (run?.principal === principal.id) {
    const { attach } = run
    const canAttach =
      route.id === execRoute && attach?.credential === principal.credential && attach.address === proofAddress(request)
    const attaches = canAttach && (await runs.attach({ rack: rack.name, app, process: id }))
    return { process: { id, service: run.service, own: true, known: true, attaches }, run }
  }
  const found = isAllowable && dependsOnService(route) ? await processDirectory.find(rack, app, id) : unknownProcess
  return { process: { id, ...found, own: false }, run }
}

/** Searches only apps into which the caller can open a proxy. */
async function proxiedResource(
  server: FastifyInstance,
  { match, rack, principal, address }: RoutedCall,
): Promise<RackCall['resource']> {
  const { host, port } = match.params
  if (match.route.permission !== 'proxy:open' || host === undefined || port === undefined) return null
  const moment = { at: server.clock.now(), address }
  const mayProxy = (app: string | null, scope: 'app' | 'list' = 'app') =>
    server.policy.canAllow(principal, 'resource:proxy', { rack: rack.name, app, scope }, moment)
  return mayProxy(null, 'list') ? server.resourceDirectory.find(rack, host, port, (app) => mayProxy(app)) : null
}

async function releaseInHeader(rack: Rack, app: string | null, id: string | undefined): Promise<RackCall['release']> {
  if (id === undefined || id === '' || app === null) return null
  const { value } = await askRack(rack, `/apps/${app}/releases?limit=1`)
  const newest = Array.isArray(value) ? textField(value[0], 'id') : null
  return { id, newest: newest === id }
}
