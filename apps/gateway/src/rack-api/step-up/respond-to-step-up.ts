import { type StepUpCaller, unknownAddress } from '@rack-gateway/auth/step-ups'
import { type StepUpCall, stepUpPath } from '@rack-gateway/convox-api'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { callEventOf } from '../../audit/call-event.ts'
import { identityRecorder } from '../../audit/identity-recorder.ts'
import type { CallState } from '../../calls/call.ts'
import { proofAddress } from '../../calls/proof-address.ts'
import { BodyTooLarge, NotAllowed } from '../../errors/errors.ts'
import { hasBody, readForm } from '../../http/body.ts'
import { ownDataDecision } from '../../management-api/calls/authorize.ts'
import { recordRead } from '../events/record-read.ts'
import { denyStepUp, noAddress } from './deny-step-up.ts'
import { secretOf } from './require-step-up.ts'

/** Milliseconds. The maximum age of a proof that is not for a refused call. */
const maxProofAge = 600_000
/** Milliseconds from a denied WebSocket to its repetition. Later, another command probably sends the request. */
const maxProbeDelay = 60_000
/** The maximum size of the body with the result of a proof, in bytes. */
const longestResult = 256
const route = 'GET /gateway-step-up'

/** Answers the calls of the stock CLI about proofs of second factors. */
export async function respondToStepUp(
  request: FastifyRequest,
  reply: FastifyReply,
  stepUpCall: StepUpCall,
): Promise<void> {
  const { server } = request
  const { call, principal } = request
  if (!call || !principal) throw new Error('the request was not parsed or has no principal')
  if (principal.kind !== 'user') throw onlyUsers()
  request.server.countStepUp(request)
  const caller = { call, user: principal.id, session: principal.credential, address: proofAddress(request) }
  if (stepUpCall.kind === 'redeem') {
    const body = await readResult(request, reply, server.rackApi.requestTimeout)
    await request.server.authenticateAgain(request)
    return send(request, reply, { id: await redeem(request, caller, stepUpCall.id, body) })
  }
  if (stepUpCall.kind === 'challenge') {
    const challenge = await request.server.stepUps.challenge(stepUpCall.id, caller)
    reply.header('challenge', challenge)
    return send(request, reply, stepUpCall.id)
  }
  if (stepUpCall.kind === 'activate') {
    if (caller.address === unknownAddress) throw addressNeeded()
    const { covers } = await request.server.stepUps.activate(stepUpCall.code, callerOf(request, caller))
    const validity =
      covers.kind === 'recent' ? 'The proof is valid for calls from this address.' : 'The proof is valid once.'
    return send(request, reply, { proved: true, next: `${validity} Continue as the error of the denied command says.` })
  }
  return start(request, reply, caller)
}

/**
 * Reads the result of a proof, which has 43 characters. Returns an empty buffer if the request has no body.
 *
 * @throws BodyTooLarge above `longestResult`, and for a body without `Content-Length`
 */
async function readResult(request: FastifyRequest, reply: FastifyReply, timeout: number): Promise<Buffer> {
  if (!hasBody(request.raw)) return Buffer.alloc(0)
  if (Number(request.headers['content-length'] ?? Number.NaN) <= longestResult) return readForm(request, reply, timeout)
  throw new BodyTooLarge(
    'The body is larger than the result of a proof, or has no Content-Length.',
    'Send only the result.',
    { rule: 'form-size' },
  )
}

interface ProofCaller {
  readonly call: CallState
  readonly user: string
  readonly session: string
  readonly address: string
}

/**
 * Begins the proof for the newest refused call that waits for a proof. If there is no such call, begins a proof that is
 * valid for ten minutes, unless the caller presents a fresh proof.
 */
async function start(
  request: FastifyRequest,
  reply: FastifyReply,
  { call, user, session, address }: ProofCaller,
): Promise<void> {
  const { server } = request
  const { stepUps } = request.server
  const delivery = call.parsedRequest.isConsoleMode ? ('callback' as const) : ('code' as const)
  const proof = await stepUps.freshProof({ session, secret: secretOf(request, call) })
  const pending = await stepUps.newestPending({ session, address, delivery }, proof?.provedAt ?? null)
  if (pending === null && proof !== null)
    return send(request, reply, { proved: true, next: 'Continue as the error of the denied command says.' })
  if (delivery === 'code' && address === unknownAddress) throw addressNeeded()
  const id =
    pending ??
    (await stepUps.ask({
      user,
      session,
      delivery,
      calls: [],
      covers: { kind: 'recent', within: maxProofAge },
      methods: 'any',
      address,
      client: request.headers['user-agent'] ?? null,
    }))
  const page = request.server.stepUpPage(id)
  if (delivery === 'code')
    return send(request, reply, {
      proved: false,
      page,
      next: `Open the page in your browser, and run the command that it shows: convox api get ${stepUpPath}/CODE`,
    })
  throw challenge(server, request, reply, { id, reason: 'You asked to prove your second factor.' })
}

/**
 * Answers the request that the stock CLI sends before each WebSocket, so that a console can ask for a proof. Asks for the
 * proof of the WebSocket that was denied last, because the request does not say which WebSocket follows.
 */
export async function respondToProbe(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { server } = request
  const { call, principal } = request
  if (!call || !principal) throw new Error('the request was not parsed or has no principal')
  const { stepUps } = request.server
  const session = principal.credential
  const asked = { session, address: proofAddress(request), delivery: 'callback', byProbe: true } as const
  const proof = await stepUps.freshProof({ session, secret: secretOf(request, call) })
  const after = Math.max(proof?.provedAt.getTime() ?? 0, server.clock.now() - maxProbeDelay)
  const id = principal.kind === 'user' ? await stepUps.newestPending(asked, new Date(after)) : null
  if (id === null) return void reply.code(404).send()
  throw challenge(server, request, reply, { id, reason: 'A WebSocket was denied without a proof.' })
}

function challenge(
  { policy }: FastifyInstance,
  { server, principal }: FastifyRequest,
  reply: FastifyReply,
  { id, reason }: { readonly id: string; readonly reason: string },
): Error {
  const denial = { rule: 'step-up', source: 'gateway', reason, policy: policy.hash }
  const hasFactor = principal?.secondFactor === true
  return denyStepUp(denial, { id, page: server.stepUpPage(id), flow: 'challenge', hasFactor }, reply)
}

async function redeem(request: FastifyRequest, caller: ProofCaller, id: string, body: Buffer): Promise<string> {
  const { challenge } = request.headers
  const { proof } = await request.server.stepUps.redeem(id, callerOf(request, caller), {
    result: body.toString('latin1'),
    challenge: typeof challenge === 'string' ? challenge : null,
    previousSecret: secretOf(request, caller.call),
  })
  return proof
}

function callerOf(request: FastifyRequest, { user, session, address }: ProofCaller): StepUpCaller {
  const name = request.principal?.name ?? ''
  const author = { kind: 'user', id: user, name } as const
  return { user, session, address, author, record: identityRecorder(request.server, request) }
}

async function send(request: FastifyRequest, reply: FastifyReply, response: unknown): Promise<void> {
  const { server } = request
  const { call } = request
  const decision = { effect: 'allow' as const, ...ownDataDecision, policy: server.policy.hash }
  await recordRead(server, request.log, { ...callEventOf(request), kind: 'call', route, decision, status: 200 })
  if (call) call.recorded = true
  reply.header('cache-control', 'no-store').type('application/json; charset=utf-8')
  await reply.send(typeof response === 'string' ? response : `${JSON.stringify(response)}\n`)
}

function onlyUsers(): Error {
  return new NotAllowed(
    'Only users can prove a second factor. API tokens and jobs have none.',
    'Log in, and use the session, or ask an administrator of the gateway to exempt this token or job in the policy.',
    { rule: 'people-only' },
  )
}

function addressNeeded(): Error {
  return new NotAllowed(noAddress.reason, noAddress.remedy, { rule: 'unknown-address' })
}
