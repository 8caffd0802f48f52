import { compileMatcher, isProbe, type RouteMatch, rackRoutes } from '@rack-gateway/convox-api'
import { type Allowed, commandWords, type Decision, type RackCall } from '@rack-gateway/rbac-policy'
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import fp from 'fastify-plugin'
import { startGrantOf } from '../access-requests/start-grant.ts'
import { forwardedRackCallAddress, rackApiAddress } from '../calls/address.ts'
import { beginCall, type CallState, type DecidedCall, type RoutedCall } from '../calls/call.ts'
import { type CalledApi, isParseError, type ParseError, parseRequest } from '../calls/parse-request.ts'
import { createRedactedCommand } from '../calls/redacted-command.ts'
import { runSteps } from '../calls/run-steps.ts'
import { respondWithError } from '../error-responses/error-handler.ts'
import { BadFrame, BrowserCall, NotAllowed, NotCanonical, UnknownRoute } from '../errors/errors.ts'
import { hasBody, readForm, sizeOfForm, smallForm } from '../http/body.ts'
import { CallEnd } from '../http/call-end.ts'
import { timeAndAddressOf } from '../http/source.ts'
import { memoryOfBody } from '../resource-account/account.ts'
import { rackRouteCost } from '../resource-account/costs.ts'
import type { FairLimit } from '../resource-account/fair-limit.ts'
import { principalPayer } from '../resource-account/payer.ts'
import { chooseRack } from './choose-rack.ts'
import { explainExpiredToken } from './console/expired-token.ts'
import { respondToConsole } from './console/respond-to-console.ts'
import { askPackages, assertAllowed, canPackagesDeny } from './decide.ts'
import { decorateRackApi, type RackApiOptions } from './decorations.ts'
import { forwardChange, forwardRead } from './forward.ts'
import { kindOfCall } from './limits/kind-of-call.ts'
import { watchTransfer } from './live/transfer.ts'
import { matchManagementRoute } from './management-routes.ts'
import { assertCanReveal, readRevealedKey } from './masks/reveal.ts'
import { attributeVisibility } from './masks/visibility-grant.ts'
import { checkForm, lookUpFacts, needsLookup, noFacts, readCallParameters, resolveCall } from './resolve.ts'
import { needsStepUp, requireStepUp } from './step-up/require-step-up.ts'
import { respondToProbe, respondToStepUp } from './step-up/respond-to-step-up.ts'
import { openWebsocket } from './websocket/websocket.ts'

const matchRackRoute = compileMatcher(rackRoutes)

/**
 * The rack API, and the calls of the management API that racks answer.
 * The stages of a call: parse, authenticate, resolve, decide, record, forward, answer.
 */
export default fp<RackApiOptions>(
  async function rackApi(app, options) {
    decorateRackApi(app, options)
    const { heldStreams, liveCalls } = app
    app.addHook('preClose', async () => {
      heldStreams.endAll()
      liveCalls.endAll('the gateway is being restarted; run the command again')
      liveCalls.stop()
    })
    // A WebSocket can end later than the connection of its caller, and the `closed` event needs the audit log.
    app.addHook('onClose', () => liveCalls.settled())
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))

    app.setErrorHandler(async function handleRackApiError(error, request, reply) {
      const { call } = request
      const convoxPage = app.loginProvider === null ? null : `${options.config.publicUrl ?? ''}/gateway/convox`
      const explained = call ? explainExpiredToken(error, call.parsedRequest, convoxPage) : error
      await respondWithError(app, explained, request, reply)
      return reply
    })

    app.route({
      method: app.supportedMethods,
      url: rackApiAddress,
      onRequest: [
        parseCall('rack'),
        // The stock CLI sends a probe before each websocket. With RACK_URL, it ignores the response.
        function respondToDirectProbe(request, reply, done) {
          if (isProbeCall(request) && request.call?.parsedRequest.isConsoleMode === false)
            return void reply.code(404).send()
          done()
        },
        app.authenticate,
      ],
      handler: handle,
    })
    app.route({
      method: app.supportedMethods,
      url: forwardedRackCallAddress,
      onRequest: [parseCall('management'), app.authenticateTokenOrCookie],
      handler: handle,
    })

    function parseCall(api: CalledApi): onRequestHookHandler {
      return function parseCall(request, _reply, done) {
        const parsedRequest = parseRequest(request.raw, request.originalUrl, api)
        if (isParseError(parsedRequest)) return done(toError(parsedRequest))
        request.call = beginCall(parsedRequest, timeAndAddressOf(request, app.clock.now))
        done()
      }
    }
  },
  {
    encapsulate: true,
    name: 'rack-api',
    dependencies: [
      'audit-log',
      'body-digest',
      'clock',
      'database',
      'error-handler',
      'identities',
      'policy',
      'policy-packages',
      'racks',
      'resource-account',
      'session-recordings',
      'step-up',
    ],
  },
)

/** Awaits a stage only if the stage must wait, because each promise takes time. */
async function handle(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const consoleCall = request.call?.parsedRequest.consoleCall ?? null
  if (consoleCall !== null) return respondToConsole(request, reply, consoleCall)
  const stepUpCall = request.call?.parsedRequest.stepUpCall ?? null
  if (stepUpCall !== null) return respondToStepUp(request, reply, stepUpCall)
  if (isProbeCall(request)) return respondToProbe(request, reply)
  const call = await decideCall(request, reply)
  if (call.match.route.kind === 'websocket') return openWebsocket(request, reply, call)
  watchTransfer(request, reply, call)
  const forward = call.match.route.changes ? forwardChange : forwardRead
  await forward(request, reply, call)
}

function isProbeCall({ method, call }: FastifyRequest): boolean {
  return (
    call?.parsedRequest.api === 'rack' &&
    call.parsedRequest.consoleCall === null &&
    isProbe(method, call.parsedRequest.path)
  )
}

/** A function of its own, so that the parameters, which can be large, are not in memory while the rack answers. */
async function decideCall(request: FastifyRequest, reply: FastifyReply): Promise<DecidedCall> {
  const { server } = request
  const { costs, turns } = server
  const call = routeCall(request, reply)
  const payer = principalPayer(call.principal)
  costs.charge(payer, rackRouteCost(call.match.route))
  const slot = acquireCallSlot(server, request, call)
  if (slot !== null) await slot
  if (call.match.route.body === 'form' && hasBody(request.raw)) {
    const occupied = occupyBodyMemory(server, request, call)
    if (occupied !== null) await occupied
    call.form = await readForm(request, reply, server.rackApi.bodyTimeout)
  }
  const size = call.form?.length ?? 0
  if (call.form !== null && size > smallForm)
    await runSteps(request.server.bodyDigest.inSteps([call.form]), size, turns)
  const kib = size / 1_024
  if (size <= smallForm) costs.chargeAverage(payer, 'form', kib)
  const reading = runSteps(readCallParameters(server, request, call), size, turns, (milliseconds) =>
    costs.chargeMeasured(payer, 'form', kib, milliseconds),
  )
  const { parameters, values } = reading instanceof Promise ? await reading : reading
  call.values = values
  call.revealedKey = readRevealedKey(request, call)
  const checking = runSteps(checkForm(call, parameters), size, turns)
  const rackParameters = checking instanceof Promise ? await checking : checking
  const looksUp = needsLookup(call.match.route)
  const facts = looksUp ? await lookUpFacts(request, call, parameters) : noFacts
  const resolved = resolveCall(server, call, { parameters, rackParameters }, facts)
  const { rackCall, sent, restoredValues, keyChanges } = resolved
  if (sent !== null && sent.length > smallForm)
    await runSteps(request.server.bodyDigest.inSteps([sent]), sent.length, turns)
  call.sent = sent
  call.restoredValues = restoredValues
  call.keyChanges = keyChanges
  if (looksUp || request.method !== 'GET') {
    const pending = authenticateAgain(request, call)
    if (pending !== null) await pending
  }
  call.rackCall = rackCall
  const policyDecision = decideByPolicy(server, call, rackCall)
  const decision = canPackagesDeny(server, policyDecision)
    ? await askPackages(server, call, rackCall, policyDecision)
    : policyDecision
  call.decision = decision
  if (decision.effect !== 'deny' && !facts.isComplete) throw permissionsChanged()
  const allowed = attributeVisibility(
    server,
    call,
    needsStepUp(decision)
      ? await requireStepUp(request, reply, call, { rackCall, decision, parameters, turns })
      : assertAllowed(decision),
  )
  call.decision = allowed
  assertCanReveal(server, call)
  const decided = Object.assign(call, { rackCall, decision: allowed })
  if (allowed.grant?.startsWithUse) await startGrantOfCall(request, decided, allowed)
  return decided
}

/** The call is the first use of a grant. Its start is durable before anything of the call is recorded or forwarded. */
async function startGrantOfCall(request: FastifyRequest, call: DecidedCall, allowed: Allowed): Promise<void> {
  const { grant } = allowed
  if (grant === undefined) return
  call.decision = { ...allowed, grant: await startGrantOf(request.server, request, grant) }
  const pending = authenticateAgain(request, call)
  if (pending !== null) await pending
}

/** The caller got the permission after the gateway had not asked the rack for what the decision depends on. */
function permissionsChanged(): Error {
  return new NotAllowed('Your permissions changed while the gateway decided about this call.', 'Try again.', {
    rule: 'permissions-changed',
  })
}

/** Also sets the redacted command. */
function decideByPolicy(server: FastifyInstance, call: RoutedCall, rackCall: RackCall): Decision {
  function decide(): Decision {
    call.command = commandOf(server, call, rackCall)
    return server.policy.decide(call.principal, rackCall)
  }
  const words = commandWords(rackCall)
  if (words === null) return decide()
  const characters = words.reduce((sum, { length }) => sum + length, 0)
  return server.costs.measure(principalPayer(call.principal), 'command', Math.max(1, characters / 1_024), decide)
}

/** @throws UnknownRack, UnknownRoute */
function routeCall(request: FastifyRequest, reply: FastifyReply): RoutedCall {
  const { server } = request
  const { call, principal, credential } = request
  if (!call || !principal || !credential) throw new Error('the request was not parsed or has no principal')
  const rack = chooseRack(server, principal, call)
  call.rack = rack
  const match = matchRoute(request, call)
  if (!match) throw unknownRoute(request.method, call)
  return Object.assign(call, { rack, match, principal, credential, signal: new CallEnd(request.raw, reply.raw) })
}

function matchRoute({ method, raw }: FastifyRequest, { parsedRequest: { api, path } }: CallState): RouteMatch | null {
  if (api === 'management') return matchManagementRoute(matchRackRoute, method, path)
  return matchRackRoute(method, path, raw.pendingUpgrade ? 'websocket' : 'http')
}

function unknownRoute(method: string, { parsedRequest: { api, path } }: CallState): Error {
  const [reason, remedy] =
    api === 'rack'
      ? [
          `The gateway does not know ${method} ${path} of the rack API, so it denies the call.`,
          'Check the method and path in docs/reference/rack-api.md.',
        ]
      : [
          `The management API does not forward ${method} ${path} to racks.`,
          'Use convox, or check the method and path in docs/reference/api.md.',
        ]
  return new UnknownRoute(reason, remedy, { rule: 'unknown-route' })
}

/**
 * Must be called before the body of the call is read.
 *
 * @returns null if the call need not wait
 * @throws TooManyCalls
 */
function acquireCallSlot(
  { resourceAccount }: FastifyInstance,
  request: FastifyRequest,
  call: RoutedCall,
): Promise<void> | null {
  const limit = resourceAccount.ofRack(call.rack.name, kindOfCall(call.match.route))
  const release = limit.take(principalPayer(call.principal))
  if (release === null) return waitForSlot(limit, request, call)
  call.signal.onEnd(release)
  return null
}

async function waitForSlot(limit: FairLimit, request: FastifyRequest, call: RoutedCall): Promise<void> {
  const { rack, signal } = call
  signal.onEnd(await limit.wait({ payer: principalPayer(call.principal), rack: rack.name, signal }))
  await authenticateAgain(request, call)
}

/**
 * Must be called before the body of the call is read.
 *
 * @returns null if the call need not wait
 * @throws TooManyCalls
 */
function occupyBodyMemory(
  { resourceAccount: { bodies } }: FastifyInstance,
  request: FastifyRequest,
  { principal, rack, signal }: RoutedCall,
): Promise<void> | null {
  const amount = memoryOfBody(sizeOfForm(request.raw))
  const payer = principalPayer(principal)
  const release = bodies.take(payer, amount)
  if (release === null)
    return bodies.wait({ payer, rack: rack.name, signal }, amount).then((release) => signal.onEnd(release))
  signal.onEnd(release)
  return null
}

/**
 * The credential can be revoked while a call waits for its turn, its form, or the rack.
 *
 * @returns null if the principal is cached
 */
function authenticateAgain(request: FastifyRequest, call: RoutedCall): Promise<void> | null {
  function update(): void {
    if (request.principal) call.principal = request.principal
  }
  const pending = request.server.authenticateAgain(request)
  if (pending !== undefined) return pending.then(update)
  update()
  return null
}

function commandOf({ policy }: FastifyInstance, { rack }: RoutedCall, rackCall: RackCall): RoutedCall['command'] {
  const words = commandWords(rackCall)
  return words && createRedactedCommand(words, { isSecret: policy.isSecretParameter, rackToken: rack.token })
}

function toError({ status, rule, reason, remedy }: ParseError): Error {
  const ErrorClass =
    status === 403
      ? BrowserCall
      : rule === 'duplicate-header' || rule === 'unexpected-body' || rule === 'upgrade'
        ? BadFrame
        : NotCanonical
  return new ErrorClass(reason, remedy, { rule })
}
