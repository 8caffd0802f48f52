import {
  type AskedCall,
  type CallToProve,
  coverageFor,
  type FreshProof,
  unknownAddress,
} from '@rack-gateway/auth/step-ups'
import type { Parameters } from '@rack-gateway/convox-api'
import type { Allowed, Decision, Policy, RackCall, StepUpLevel } from '@rack-gateway/rbac-policy'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { RoutedCall } from '../../calls/call.ts'
import { commandDigest } from '../../calls/command-digest.ts'
import { plannedHeaders } from '../../calls/planned-headers.ts'
import { proofAddress } from '../../calls/proof-address.ts'
import { runSteps } from '../../calls/run-steps.ts'
import { shownParameters } from '../../calls/shown-parameters.ts'
import { shownLog } from '../../error-responses/command-stream.ts'
import { hasBody } from '../../http/body.ts'
import type { Turns } from '../../resource-account/turns.ts'
import { buildRoute, callDigests, stableParams } from './call-digest.ts'
import { denyStepUp, denyWithoutAddress, type ProofFlow } from './deny-step-up.ts'
import { nextCommand } from './next-command.ts'

type NeedsStepUp = Extract<Decision, { effect: 'require'; requirement: 'step-up' }>

export function needsStepUp(decision: Decision): decision is NeedsStepUp {
  return decision.effect === 'require' && decision.requirement === 'step-up'
}

/**
 * If the call needs a new proof, creates a step-up. The error says how the caller gets the proof. Creates no step-up if
 * the proof would be bound to an address that the gateway does not know.
 *
 * @throws StepUpNeeded; StepUpChallenge if the stock CLI asks for the proof and repeats the call by itself
 */
export async function requireStepUp(
  request: FastifyRequest,
  reply: FastifyReply,
  call: RoutedCall,
  { rackCall, decision, parameters, turns }: CallWithDecision,
): Promise<Allowed> {
  const { stepUps, bodyDigest } = request.server
  const { principal } = call
  const address = proofAddress(request)
  const digesting = callDigests(call, rackCall, { headers: parameters.headers, digest: bodyDigest })
  const digests = await runSteps(digesting, call.form?.length ?? 0, turns)
  const { rack, app, route } = rackCall
  const headers = plannedHeaders(parameters.headers)
  const callToProve: CallToProve = {
    rack,
    app,
    route: route.id,
    command: commandDigest(wordsOf(rackCall), bodyDigest),
    digests: Object.values(digests),
    params: new Map(Object.entries(rackCall.params)),
    parameters: { ...parameters, headers },
    hashOf: (value) => bodyDigest(Buffer.from(value)),
  }
  const presented = { session: principal.credential, address, secret: secretOf(request, call) }
  const proof = await stepUps.use(presented, decision.level, callToProve)
  if (proof !== null) {
    call.proof = proof
    return decision.granted
  }
  const delivery = deliveryOf(call)
  if (delivery === 'code' && address === unknownAddress) throw denyWithoutAddress(decision, presented)
  const isRepeatedByProgram = delivery === 'response' || (delivery === 'callback' && canRepeat(request, call))
  const isRetryAfterProof = isRetry(await stepUps.freshProof(presented), decision.level)
  const canAsk = isRepeatedByProgram && !isRetryAfterProof
  const flow = delivery === 'callback' ? callbackFlow(request, call, canAsk) : delivery
  const id = await stepUps.ask({
    user: principal.id,
    session: principal.credential,
    delivery,
    calls: [
      askedCall(request.server.policy, call, {
        rackCall,
        parameters: { ...parameters, headers },
        isExact: isRepeatedByProgram,
      }),
    ],
    covers: coverageFor(decision.level, isRepeatedByProgram ? digests.exact : digests.similar),
    methods: methodsOf(decision.level),
    address,
    client: request.headers['user-agent'] ?? null,
    byProbe: flow === 'probe',
  })
  throw denyStepUp(
    decision,
    {
      id,
      page: request.server.stepUpPage(id),
      hasFactor: principal.secondFactor === true,
      flow,
      next: nextCommand(request.raw, call, { app, form: parameters.form }),
    },
    reply,
  )
}

/**
 * The page of a denied call shows what its proof is bound to. If the user repeats the command, IDs of processes and
 * uploads are new, so they are not bound (`isExact` is false).
 */
function askedCall(
  policy: Policy,
  { command, rack }: RoutedCall,
  { rackCall, parameters, isExact }: Pick<CallWithDecision, 'rackCall' | 'parameters'> & { readonly isExact: boolean },
): AskedCall {
  const { app, route, process } = rackCall
  const bound = isExact ? rackCall.params : stableParams(rackCall)
  const shown = shownParameters(policy, {
    route: route.id,
    rackToken: rack.token,
    params: new Map(Object.entries(bound)),
    parameters:
      isExact || route.id !== buildRoute ? parameters : { ...parameters, form: withUnboundUrl(parameters.form) },
  })
  const service = isExact ? null : (process?.service ?? null)
  return {
    rack: rack.name,
    app,
    route: route.id,
    command: command && [...command.words],
    planned: {
      parameters: service === null ? shown : [{ name: 'service', value: service }, ...shown],
      otherParameters: false,
      times: 1,
    },
  }
}

function withUnboundUrl(form: ReadonlyMap<string, string>): ReadonlyMap<string, string | null> {
  return new Map<string, string | null>([...form, ['url', null]])
}

interface CallWithDecision {
  readonly rackCall: RackCall
  readonly decision: NeedsStepUp
  readonly parameters: Parameters
  readonly turns: Turns
}

function wordsOf({ command, instanceCommand }: RackCall): readonly string[] | null {
  return command?.argv ?? (instanceCommand === undefined ? null : [instanceCommand])
}

/** Whether the proof was just made for this call. A second challenge would make the CLI repeat the call endlessly. */
function isRetry(proof: FreshProof | null, level: StepUpLevel): boolean {
  if (proof === null) return false
  return level.kind === 'recent'
    ? proof.covers.kind === 'recent'
    : proof.covers.kind === 'call' && proof.usedAt === null
}

/** Whether the CLI can repeat the call itself: it can send the same form again, but no streamed body. */
function canRepeat({ raw }: FastifyRequest, { match, form }: RoutedCall): boolean {
  return match.route.kind !== 'websocket' && (!hasBody(raw) || form !== null)
}

/** False for a proxy, whose client can open many connections at once, and for a log beside another operation. */
function isRepeatedByUser({ raw }: FastifyRequest, call: RoutedCall): boolean {
  const { kind, permission } = call.match.route
  return kind === 'websocket' && permission !== 'proxy:open' && shownLog(raw, call) === null
}

function deliveryOf({ parsedRequest }: RoutedCall) {
  if (parsedRequest.api === 'management') return 'response' as const
  return parsedRequest.isConsoleMode ? ('callback' as const) : ('code' as const)
}

/** How the stock CLI gets a proof in console mode. */
function callbackFlow(request: FastifyRequest, call: RoutedCall, canAsk: boolean): ProofFlow {
  if (isRepeatedByUser(request, call)) return 'probe'
  return canAsk ? 'challenge' : 'command'
}

export function methodsOf(level: StepUpLevel): 'passkey' | 'any' {
  return level.kind === 'always' ? level.methods : 'any'
}

/** A proof is in the header `Step-Up`. In console mode, the stock CLI sends the proof in the header `Session`. */
export function secretOf(
  { headers }: FastifyRequest,
  { parsedRequest }: Pick<RoutedCall, 'parsedRequest'>,
): string | null {
  const { 'step-up': secret, session } = headers
  if (typeof secret === 'string') return secret
  return parsedRequest.isConsoleMode && typeof session === 'string' ? session : null
}
