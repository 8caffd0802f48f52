import {
  type AskedCall,
  type AskedStepUp,
  type CoveredCall,
  type ParameterKind,
  type PlannedDetails,
  parameterKinds,
} from '@rack-gateway/auth/step-ups'
import { type RackRoute, redactCommand, routesById } from '@rack-gateway/convox-api'
import type { RequestOf } from '@rack-gateway/gateway-api'
import { unplannedHeaders } from '../../calls/planned-headers.ts'
import { shownParameters } from '../../calls/shown-parameters.ts'
import { InvalidRequest } from '../../errors/errors.ts'
import type { Handlers, PrincipalCall } from '../calls/call.ts'
import { formatTime } from '../calls/format-time.ts'
import { principalEndpoints } from '../planned-calls/decidable-routes.ts'

/** Milliseconds. The maximum age of a proof for a step-up that names no calls. */
const maxProofAge = 600_000

export const stepUpHandlers: Handlers<
  'createStepUp' | 'getStepUp' | 'beginPasskeyProof' | 'proveStepUp' | 'redeemStepUp' | 'endStepUp'
> = {
  async createStepUp(call) {
    const { server, body } = call
    const { stepUps } = server
    const { user, session, address } = await call.asStepUpCaller()
    const planned = mergeEqualCalls((body.calls ?? []).map(readPlannedCall))
    const id = await stepUps.create({
      user,
      session,
      delivery: body.delivery,
      calls: planned.map((one) => askedCall(call, one)),
      covers:
        planned.length === 0
          ? { kind: 'recent', within: maxProofAge }
          : { kind: 'command', calls: planned.map((one) => coveredCall(call, one)) },
      methods: body.passkeyOnly === true ? 'passkey' : 'any',
      address,
      client: call.client,
    })
    return toResponse(call, await stepUps.find(id, user))
  },

  async getStepUp(call) {
    return toResponse(call, await call.server.stepUps.find(call.id, call.principal.id))
  },

  async beginPasskeyProof({ server, id, asStepUpCaller }) {
    return server.stepUps.beginPasskey(id, await asStepUpCaller()) as Promise<Record<never, never>>
  },

  async proveStepUp({ server, id, body, asStepUpCaller }) {
    const { proof, result, method, provedAt } = await server.stepUps.prove(id, await asStepUpCaller(), body)
    return { proof, result, method, provedAt: provedAt.toISOString() }
  },

  async redeemStepUp({ server, id, body, asStepUpCaller }) {
    const { proof, method, provedAt } = await server.stepUps.redeem(id, await asStepUpCaller(), {
      ...body,
      challenge: null,
    })
    return { proof, method, provedAt: provedAt.toISOString() }
  },

  async endStepUp({ server, id, principal }) {
    return { ended: await server.stepUps.end(id, principal.credential) }
  },
}

type RequestedPlannedCall = NonNullable<RequestOf<'createStepUp'>['body']['calls']>[number]
type Values = Readonly<Record<string, string | null>>

interface PlannedCall {
  readonly rack: string
  readonly app: string | null
  readonly route: string
  readonly command: readonly string[] | null
  readonly params: Values
  /** Null: any parameters. */
  readonly parameters: Readonly<Record<ParameterKind, Values | null>>
  readonly times: number | null
}

/** The step-up page and audit events show planned calls, so each route must exist. @throws InvalidRequest */
function readPlannedCall({
  rack,
  route,
  app = null,
  command = null,
  params = {},
  query,
  form,
  headers,
  repeated = false,
}: RequestedPlannedCall): PlannedCall {
  const rackRoute = routesById.get(route)
  if (rackRoute === undefined && !principalEndpoints.has(route))
    throw invalid('A call has a route that does not exist.')
  if (rackRoute?.path.startsWith('/apps/{app}') === true && app === null) throw invalid('A call of an app has no app.')
  if (rackRoute !== undefined) assertNamesOfRoute(rackRoute, { params, query, form, headers })
  const isRead = rackRoute?.changes === false
  return {
    rack: rack.toWellFormed(),
    app: app === null ? null : app.toWellFormed(),
    route,
    command: command === null ? null : command.map((word) => word.toWellFormed()),
    params: wellFormed(params),
    parameters: {
      query: query === undefined ? null : wellFormed(query),
      form: form === undefined ? null : wellFormed(form),
      headers: headers === undefined ? null : wellFormed(headers),
    },
    times: repeated || isRead ? null : 1,
  }
}

/**
 * The page shows the names with their values, so a name must be one that calls of the route have, and that the gateway
 * compares.
 *
 * @throws InvalidRequest
 */
function assertNamesOfRoute(
  route: RackRoute,
  { params, ...parameters }: Pick<RequestedPlannedCall, 'params' | ParameterKind>,
): void {
  const variables = new Set([...route.path.matchAll(/\{([a-z]+)/g)].map(([, name = '']) => name))
  const other = Object.keys(params ?? {}).filter((name) => !variables.has(name))
  for (const kind of parameterKinds) {
    const known = new Set(route[kind].map((name) => (kind === 'headers' ? name.toLowerCase() : name)))
    const names = Object.keys(parameters[kind] ?? {})
    other.push(...names.filter((name) => !known.has(name) || (kind === 'headers' && unplannedHeaders.has(name))))
  }
  if (other.length > 0) throw invalid(`Calls of ${route.id} do not have ${other.join(', ')} there.`)
}

function wellFormed(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name.toWellFormed(), value?.toWellFormed() ?? null]),
  )
}

/** A call that is planned twice is shown once, and is valid twice. */
function mergeEqualCalls(calls: readonly PlannedCall[]): PlannedCall[] {
  const merged = new Map<string, PlannedCall>()
  for (const call of calls) {
    const key = JSON.stringify(call)
    const times = merged.get(key)?.times ?? 0
    merged.set(key, { ...call, times: call.times === null ? null : times + call.times })
  }
  return [...merged.values()]
}

function askedCall(
  { server: { policy } }: PrincipalCall,
  { rack, app, route, command, ...planned }: PlannedCall,
): AskedCall {
  const { params, parameters, times } = planned
  const mapOf = (values: Values | null) => values && new Map(Object.entries(values))
  const { query, form, headers } = parameters
  return {
    rack,
    app,
    route,
    command: command && redactCommand(command, { isSecret: policy.isSecretParameter, rackToken: '' }),
    planned: {
      parameters: shownParameters(policy, {
        route,
        rackToken: null,
        params: new Map(Object.entries(params)),
        parameters: { query: mapOf(query), form: mapOf(form), headers: mapOf(headers) },
      }),
      otherParameters:
        parameterKinds.some((kind) => canHave(route, kind) && parameters[kind] === null) ||
        (command === null && hasCommand(route)),
      times,
    },
  }
}

/** Whether calls of the route can have parameters of the kind. */
function canHave(route: string, kind: ParameterKind): boolean {
  return (routesById.get(route)?.[kind].length ?? 1) > 0
}

/** Whether calls of the route have a command. A plan without a command covers every command. */
function hasCommand(route: string): boolean {
  return routesById.get(route)?.headers.includes('Command') === true
}

function coveredCall(
  { commandDigest, valueDigest }: PrincipalCall,
  { command, params, parameters, ...call }: PlannedCall,
): CoveredCall {
  const hashed = (values: Values) =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, value === null ? null : valueDigest(value)]),
    )
  const hashedOrAll = (values: Values | null) => (values === null ? null : hashed(values))
  return {
    ...call,
    command: commandDigest(command),
    params: hashed(params),
    parameters: {
      query: hashedOrAll(parameters.query),
      form: hashedOrAll(parameters.form),
      headers: hashedOrAll(parameters.headers),
    },
  }
}

function invalid(reason: string): Error {
  return new InvalidRequest(reason, 'Name the planned calls of one command.', { rule: 'schema' })
}

async function toResponse({ server, principal, moment }: PrincipalCall, stepUp: AskedStepUp) {
  const { stepUps, stepUpPage } = server
  const { id, user, session, device, delivery, calls, client, covers, address, createdAt, expiresAt } = stepUp
  return {
    id,
    user,
    calls: calls.map(toCallResponse),
    address,
    fromThisAddress: address === moment.address,
    client,
    device,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    provedAt: formatTime(stepUp.provedAt),
    level: covers.kind === 'call' ? 'always' : covers.kind,
    withinSeconds: covers.kind === 'recent' ? covers.within / 1_000 : null,
    methods: [...(await stepUps.methodsFor(stepUp))],
    delivery,
    ownRequest: session === principal.credential,
    page: stepUpPage(id),
  }
}

/** A call that was not planned is known completely. */
const notPlanned: PlannedDetails = { parameters: [], otherParameters: false, times: 1 }

function toCallResponse({ rack, app, route, command, planned = notPlanned }: AskedCall) {
  const { parameters, otherParameters, times } = planned
  return { rack, app, route, command: command && [...command], parameters: [...parameters], otherParameters, times }
}
