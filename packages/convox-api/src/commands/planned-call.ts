import type { ParameterError } from '../errors/parameter-error.ts'
import { formType } from '../forms/pairs.ts'
import { type Parameters, readParameters } from '../parameters/parameters.ts'
import { compileMatcher, type Match } from '../routes/matcher.ts'
import { allRoutes, routeIds } from '../routes/routes.ts'
import type { RackRoute, RouteMatch } from '../routes/types.ts'
import { checkFormValues } from '../routes/value-grammars.ts'
import { isTargetError, readTarget } from '../targets/target.ts'
import type { Invocation, Source } from './invocation.ts'
import type { Field, Step } from './step.ts'
import { trimAscii } from './trim-ascii.ts'
import {
  isUnpredictable,
  type PlannedCall,
  type PlannedCommand,
  type PlannedProcess,
  type Unpredictable,
} from './types.ts'

let cachedMatch: Match | null = null

/** Compiled on first use, because most commands do not need it. */
function match(method: string, path: string, kind: RackRoute['kind']): RouteMatch | null {
  cachedMatch ??= compileMatcher(allRoutes())
  return cachedMatch(method, path, kind)
}

/** The calls of one step. Finds the route of each call from its method and its filled-in path, as the gateway does. */
export function plannedCalls(step: Step, invocation: Invocation): PlannedCall[] | Unpredictable {
  const calls: PlannedCall[] = []
  for (const sources of step.paths(invocation)) {
    const found = findRoute(step.route, sources, invocation)
    if (isUnpredictable(found)) return found
    const call = plannedCall(step, invocation, found)
    if (isUnpredictable(call)) return call
    calls.push(call)
  }
  return calls
}

/** The call of a command whose first argument is the path to GET. */
export function plannedGet(path: string): PlannedCall[] | Unpredictable {
  if (!portableTarget.test(path)) return { unpredictable: 'programs could send this path differently' }
  const target = readTarget(`${path}?`)
  if (isTargetError(target)) return { unpredictable: target.reason }
  const found = match('GET', target.path, 'http')
  if (!found) return { unpredictable: 'no route has this path' }
  const read = readParameters(found.route, { ...noBodyOrHeaders, method: 'GET', search: target.search })
  return [createPlannedCall(found, { ...noDetails, ...parameterNames(read), essential: true })]
}

/** Targets that no HTTP client or proxy encodes, decodes, or truncates. */
const portableTarget = /^\/[A-Za-z0-9._~$&+,=:@/-]*(?:\?[A-Za-z0-9._~$&+,=:@/?%-]*)?$/
const portableSegment = /^[A-Za-z0-9._~$&+,=:@-]+$/
const portableRest = /^[A-Za-z0-9._~$&+,=:@/-]+$/
/** Replaces a path parameter that is not known yet. */
const placeholder = 'x'

function findRoute(
  stepRoute: RackRoute,
  sources: Readonly<Record<string, Source>>,
  invocation: Invocation,
): RouteMatch | Unpredictable {
  const { method, path, kind } = stepRoute
  const knownParams: Record<string, string> = {}
  const unknown = new Set<string>()
  let isPortable = true
  const filledPath = path.replaceAll(/\{([a-z]+)(:\.\*)?\}/g, (_, name: string, rest: string | undefined) => {
    const value = sources[name]?.(invocation) ?? null
    if (value === null) unknown.add(name)
    else if ((rest === undefined ? portableSegment : portableRest).test(value)) knownParams[name] = value
    else isPortable = false
    return value ?? placeholder
  })
  const target = isPortable ? readTarget(filledPath) : null
  if (target === null || isTargetError(target)) {
    return { unpredictable: 'programs could send a name in the path differently' }
  }
  if (isUnambiguousPath(stepRoute, knownParams)) return { route: stepRoute, params: knownParams }
  const found = match(kind === 'websocket' || method === 'ANY' ? 'GET' : method, target.path, kind)
  if (!found) return { unpredictable: 'no route has the resulting path' }
  const params = Object.fromEntries(Object.entries(found.params).filter(([name]) => !unknown.has(name)))
  return { route: found.route, params }
}

/**
 * Whether the path of this route with these values certainly matches no other route. It could match another route only
 * if a value equals fixed text of that route. This check avoids the compilation of the matcher, which needs all routes.
 */
function isUnambiguousPath({ method, path }: RackRoute, values: Readonly<Record<string, string>>): boolean {
  return method !== 'ANY' && !path.includes(':.*}') && !Object.values(values).some(mayMatchFixedText)
}

let allRouteIds: string | null = null

/**
 * Whether any route has a segment that begins with the value, or whether the value could end with the fixed text after a
 * parameter, such as `.tgz` in `{id}.tgz`. Every such suffix contains a dot, so any value with a dot counts.
 */
function mayMatchFixedText(value: string): boolean {
  allRouteIds ??= routeIds().join('\n')
  return value.includes('.') || allRouteIds.includes(`/${value}`)
}

function plannedCall(step: Step, invocation: Invocation, found: RouteMatch): PlannedCall | Unpredictable {
  const command = step.command && plannedCommand(step.route, step.command(invocation))
  if (command && isUnpredictable(command)) return command
  const headers = fieldsSent(step.headers, invocation)
  if (headers.some(({ value }) => !withoutControlCharacters.test(value?.(invocation) ?? '')))
    return controlCharacterInHeader
  const query = fieldsSent(step.query, invocation).map(({ name }) => `${name}=`)
  const form = fieldsSent(step.form, invocation).map(({ name }) => `${name}=`)
  const read = readParameters(found.route, {
    method: step.route.method,
    search: query.length === 0 ? '?' : `?${query.join('&')}`,
    contentType: form.length === 0 ? '' : formType,
    body: form.length === 0 ? null : Buffer.from(form.join('&')),
    rawHeaders: [...headers.flatMap(({ name }) => [name, '']), ...(command ? ['Command', command.header] : [])],
  })
  const values = {
    query: valuesOf(step.query, invocation),
    form: valuesOf(step.form, invocation),
    headers: new Map([...valuesOf(step.headers, invocation)].map(([name, value]) => [name.toLowerCase(), value])),
  }
  const texts = new Map([...values.form].map(([name, value]) => [name, value ?? '']))
  const error = 'rule' in read ? null : checkFormValues(found.route, found.params, texts)
  return createPlannedCall(found, {
    ...parameterNames(error ?? read),
    values,
    command,
    process: plannedProcess(step, invocation, found),
    release: step.release(invocation),
    environment: step.environment(invocation),
    essential: step.essential,
    repeated: step.repeated,
  })
}

function valuesOf(fields: readonly Field[], invocation: Invocation): Map<string, string | null> {
  return new Map(fieldsSent(fields, invocation).map(({ name, value }) => [name, value?.(invocation) ?? null]))
}

const noBodyOrHeaders = { contentType: '', body: null, rawHeaders: [] }
const noDetails = {
  values: { query: new Map(), form: new Map(), headers: new Map() },
  command: null,
  process: null,
  release: null,
  environment: null,
  repeated: false,
}
const noNames = { query: [], form: [], headers: [] }

function createPlannedCall(
  { route, params }: RouteMatch,
  details: Omit<PlannedCall, 'route' | 'params' | 'app' | 'service'>,
): PlannedCall {
  const app = route.scope === 'app' ? (params.app ?? null) : null
  return { route, params, app, service: params.service ?? null, ...details }
}

function parameterNames(read: Parameters | ParameterError): Pick<PlannedCall, 'parameters' | 'parameterError'> {
  if ('rule' in read) return { parameters: noNames, parameterError: read }
  const { query, form, headers } = read
  return {
    parameters: { query: [...query.keys()], form: [...form.keys()], headers: [...headers.keys()] },
    parameterError: null,
  }
}

function fieldsSent(fields: readonly Field[], invocation: Invocation): Field[] {
  return fields.filter(({ when }) => when(invocation))
}

const withoutControlCharacters = /^[^\x00-\x1f\x7f]*$/
const controlCharacterInHeader: Unpredictable = {
  unpredictable: 'it contains a control character, which would not be sent as typed',
}

/** Trims the command, as HTTP trims the value of its header. Only a shell on an instance can be without a command. */
function plannedCommand(route: RackRoute, typedText: string): PlannedCommand | Unpredictable | null {
  if (!withoutControlCharacters.test(typedText)) return controlCharacterInHeader
  const text = trimAscii(typedText)
  const carrier = commandCarrier(route)
  if (text === '') return carrier === 'shell' ? null : { unpredictable: 'the command to run is empty' }
  return { header: Buffer.from(text).toString('latin1'), by: carrier }
}

function commandCarrier({ kind, permission }: RackRoute): PlannedCommand['by'] {
  if (permission === 'instance:shell') return 'shell'
  return kind === 'websocket' ? 'exec' : 'run'
}

const processPath = /\/processes\/\{pid\}(?:\/exec|\/files)?$/

/** Whether the decision about a call depends on the owner or the service of its process. */
export function dependsOnProcess({ path, permission }: RackRoute): boolean {
  return processPath.test(path) && permission !== 'process:read'
}

function plannedProcess(
  { serviceOfStartedProcess }: Step,
  invocation: Invocation,
  { route, params }: RouteMatch,
): PlannedProcess | null {
  if (!dependsOnProcess(route)) return null
  const id = params.pid ?? null
  return serviceOfStartedProcess
    ? { id, service: serviceOfStartedProcess(invocation), own: 'yes' }
    : { id, service: null, own: 'unknown' }
}
