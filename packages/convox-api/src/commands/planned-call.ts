import { compileMatcher, type Match } from '../matcher.ts'
import { formType } from '../pairs.ts'
import type { ParameterRefusal } from '../parameter-refusal.ts'
import { type Parameters, readParameters } from '../parameters.ts'
import { everyRoute, routeIds } from '../routes.ts'
import { isTargetRefusal, readTarget } from '../target.ts'
import type { RackRoute, RouteMatch } from '../types.ts'
import { refusedValue } from '../value-grammar.ts'
import type { Invocation, Source } from './invocation.ts'
import type { Field, Step } from './step.ts'
import { trimmed } from './trimmed.ts'
import { type Doubt, isDoubt, type PlannedCall, type PlannedCommand, type PlannedProcess } from './types.ts'

let matchAny: Match | null = null

/** Put together when it is first asked for: most commands end before. */
function match(method: string, path: string, kind: RackRoute['kind']): RouteMatch | null {
  matchAny ??= compileMatcher(everyRoute())
  return matchAny(method, path, kind)
}

/** The calls of one step, found as the gateway will find them: by their target. */
export function plannedCalls(step: Step, invocation: Invocation): PlannedCall[] | Doubt {
  const calls: PlannedCall[] = []
  for (const sources of step.paths(invocation)) {
    const found = findRoute(step.route, sources, invocation)
    if (isDoubt(found)) return found
    const call = plannedCall(step, invocation, found)
    if (isDoubt(call)) return call
    calls.push(call)
  }
  return calls
}

/** The call of a GET whose path was typed. */
export function plannedGet(path: string): PlannedCall[] | Doubt {
  if (!plainTarget.test(path)) return { doubt: 'the path is none that every program would send alike' }
  const target = readTarget(`${path}?`)
  if (isTargetRefusal(target)) return { doubt: target.reason }
  const found = match('GET', target.path, 'http')
  if (!found) return { doubt: 'no route has this path' }
  const read = readParameters(found.route, { ...bare, method: 'GET', search: target.search })
  return [callOf(found, { ...nothingSaid, ...namesOf(read), essential: true })]
}

/** What no part of the way to the gateway encodes, decodes or cuts off. */
const plainTarget = /^\/[A-Za-z0-9._~$&+,=:@/-]*(?:\?[A-Za-z0-9._~$&+,=:@/?%-]*)?$/
const plainSegment = /^[A-Za-z0-9._~$&+,=:@-]+$/
const plainRest = /^[A-Za-z0-9._~$&+,=:@/-]+$/
/** Stands for what isn't known yet. */
const placeholder = 'x'

function findRoute(
  own: RackRoute,
  sources: Readonly<Record<string, Source>>,
  invocation: Invocation,
): RouteMatch | Doubt {
  const { method, path, kind } = own
  const given: Record<string, string> = {}
  const unknown = new Set<string>()
  let strange = false
  const filled = path.replaceAll(/\{([a-z]+)(:\.\*)?\}/g, (_, name: string, rest: string | undefined) => {
    const value = sources[name]?.(invocation) ?? null
    if (value === null) unknown.add(name)
    else if ((rest === undefined ? plainSegment : plainRest).test(value)) given[name] = value
    else strange = true
    return value ?? placeholder
  })
  const target = strange ? null : readTarget(filled)
  if (target === null || isTargetRefusal(target)) {
    return { doubt: 'a name in it is none that every program would send alike' }
  }
  if (leadsNowhereElse(own, given)) return { route: own, params: given }
  const found = match(kind === 'websocket' || method === 'ANY' ? 'GET' : method, target.path, kind)
  if (!found) return { doubt: 'no route has the path that this makes' }
  const params = Object.fromEntries(Object.entries(found.params).filter(([name]) => !unknown.has(name)))
  return { route: found.route, params }
}

/**
 * Whether the path that a route's own makes with these values is certainly that route's: a path goes another way only where
 * it has what is fixed text there. Then nothing has to be matched, for which all routes would have to be put together.
 */
function leadsNowhereElse({ method, path }: RackRoute, values: Readonly<Record<string, string>>): boolean {
  return method !== 'ANY' && !path.includes(':.*}') && !Object.values(values).some(mayBeFixedText)
}

let everyName: string | null = null

/** Whether a segment of some route is this, or begins so, or may end so: no fixed text after a parameter is without a dot. */
function mayBeFixedText(value: string): boolean {
  everyName ??= routeIds().join('\n')
  return value.includes('.') || everyName.includes(`/${value}`)
}

function plannedCall(step: Step, invocation: Invocation, found: RouteMatch): PlannedCall | Doubt {
  const command = step.command && commandOf(step.route, step.command(invocation))
  if (command && isDoubt(command)) return command
  const headers = sent(step.headers, invocation)
  if (headers.some(({ value }) => !visible.test(value(invocation)))) return inHeader
  const query = sent(step.query, invocation).map(({ name }) => `${name}=`)
  const form = sent(step.form, invocation).map(({ name }) => `${name}=`)
  const read = readParameters(found.route, {
    method: step.route.method,
    search: query.length === 0 ? '?' : `?${query.join('&')}`,
    contentType: form.length === 0 ? '' : formType,
    body: form.length === 0 ? null : Buffer.from(form.join('&')),
    rawHeaders: [...headers.flatMap(({ name }) => [name, '']), ...(command ? ['Command', command.header] : [])],
  })
  const unfit = 'refused' in read ? null : refusedValue(found.route, found.params, knownValues(step, invocation))
  return callOf(found, {
    ...namesOf(unfit ?? read),
    command,
    process: processOf(step, invocation, found),
    release: step.release(invocation),
    environment: step.environment(invocation),
    essential: step.essential,
  })
}

/** Form values that follow from the command's words. */
function knownValues(step: Step, invocation: Invocation): ReadonlyMap<string, string> {
  return new Map(sent(step.form, invocation).map(({ name, value }) => [name, value(invocation)]))
}

const bare = { contentType: '', body: null, rawHeaders: [] }
const nothingSaid = { command: null, process: null, release: null, environment: null }
const noNames = { query: [], form: [], headers: [] }

function callOf(
  { route, params }: RouteMatch,
  said: Omit<PlannedCall, 'route' | 'params' | 'app' | 'service'>,
): PlannedCall {
  const app = route.scope === 'app' ? (params.app ?? null) : null
  return { route, params, app, service: params.service ?? null, ...said }
}

function namesOf(read: Parameters | ParameterRefusal): Pick<PlannedCall, 'parameters' | 'refused'> {
  if ('refused' in read) return { parameters: noNames, refused: read }
  const { query, form, headers } = read
  return {
    parameters: { query: [...query.keys()], form: [...form.keys()], headers: [...headers.keys()] },
    refused: null,
  }
}

function sent(fields: readonly Field[], invocation: Invocation): Field[] {
  return fields.filter(({ when }) => when(invocation))
}

const visible = /^[^\x00-\x1f\x7f]*$/
const inHeader: Doubt = { doubt: 'a control character in it would not be sent as it was typed' }

/** Spaces around a header's value are cut off on the way. A shell on an instance needs no command. */
function commandOf(route: RackRoute, typed: string): PlannedCommand | Doubt | null {
  if (!visible.test(typed)) return inHeader
  const text = trimmed(typed)
  const by = carrierOf(route)
  if (text === '') return by === 'shell' ? null : { doubt: 'the command in it is empty' }
  return { header: Buffer.from(text).toString('latin1'), by }
}

function carrierOf({ kind, permission }: RackRoute): PlannedCommand['by'] {
  if (permission === 'instance:shell') return 'shell'
  return kind === 'websocket' ? 'exec' : 'run'
}

const ofProcess = /\/processes\/\{pid\}(?:\/exec|\/files)?$/

/** Whether a call is decided by whose process it concerns, or by its service. */
export function concernsProcess({ path, permission }: RackRoute): boolean {
  return ofProcess.test(path) && permission !== 'process:read'
}

function processOf({ ownRunOf }: Step, invocation: Invocation, { route, params }: RouteMatch): PlannedProcess | null {
  if (!concernsProcess(route)) return null
  const id = params.pid ?? null
  return ownRunOf ? { id, service: ownRunOf(invocation), own: 'yes' } : { id, service: null, own: 'unknown' }
}
