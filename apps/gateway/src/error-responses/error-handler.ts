import type { ServerResponse } from 'node:http'
import type { EventDraft } from '@rack-gateway/audit'
import { KeyNotKnownYet } from '@rack-gateway/auth'
import type { CallSignal } from '@rack-gateway/rack-registry'
import type { Principal } from '@rack-gateway/rbac-policy'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { tokenAlarmEventFactory, tokenAlarmOf } from '../audit/alarms.ts'
import { accountOf, detailOf, NotFound, ruleOf, TooManyCalls } from '../errors/errors.ts'
import { isHeadFault } from '../http/limit-head.ts'
import { addressOf, sourceOf } from '../http/source.ts'
import { countCall } from '../rack-api/contacts/count-calls.ts'
import { principalPayer } from '../resource-account/payer.ts'
import { deliveryOf, sendErrorInStream, sendLogLine } from './command-stream.ts'
import { delayDenial } from './delay-denial.ts'
import { denialEvent } from './denial-event.ts'
import { type ErrorContext, type Failure, failureOf, sendFailure } from './error-response.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** @returns null if the last event for the same session is less than a minute old */
    createTokenAlarmEvent: ReturnType<typeof tokenAlarmEventFactory>
    delayDenial(response: ServerResponse): Promise<void>
    /** The setting PUBLIC_URL. */
    publicUrl: string | null
  }
  interface FastifyRequest {
    /** The rule that denied an unauthenticated request. */
    deniedBy: string | null
  }
}

export interface ErrorHandlerOptions {
  /** Milliseconds. Default: the default of `delayDenial`. */
  readonly denialDelay: number | undefined
  readonly publicUrl: string | null
}

/** Records the errors of principals. Only counts the errors of unauthenticated requests. */
export default fp<ErrorHandlerOptions>(
  async function errorHandler(app, { denialDelay, publicUrl }) {
    app.decorate('publicUrl', publicUrl)
    app.decorate('delayDenial', (response) => delayDenial(response, denialDelay))
    app.decorate('createTokenAlarmEvent', tokenAlarmEventFactory(app.clock.now))
    app.decorateRequest('deniedBy', null)
    app.setErrorHandler(async function handleError(error, request, reply) {
      await respondWithError(app, error, request, reply)
      return reply
    })
    app.setNotFoundHandler(async function respondNotFound(request, reply) {
      await respondWithError(app, notFound, request, reply)
      return reply
    })
  },
  { name: 'error-handler', dependencies: ['clock', 'resource-account', 'unauthenticated-log'] },
)

const notFound = new NotFound(
  'There is nothing at this address.',
  'Use the rack API at the root or under /rack/<name>, or the management API under /gateway/api/v1.',
  { rule: 'not-found' },
)

/** Records the error as an audit event, and then sends it. If recording the event fails, sends that failure instead. */
export async function respondWithError(
  app: FastifyInstance,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { principal } = request
  // `principal` is undefined, despite its type, if Fastify could not route the request.
  if (!principal) return respondToUnauthenticated(app, error, request, reply)
  const failure = failureOf(error, errorContext(app, request))
  const rule = ruleOf(error) ?? failure.body.code
  // An error with `retryAfter` is a limit that the caller reached, not a failure.
  if (failure.status >= 500 && failure.retryAfter === undefined)
    request.log.error({ event: 'call.failed', rule, err: error })
  if (isAboveLimit(failure)) await app.delayDenial(reply.raw)
  if (request.call?.recorded) return respond(request, reply, failure)
  try {
    await recordDenial(app, principal, () => denialEvent(request, failure, rule))
  } catch (auditError) {
    const auditFailure = failureOf(auditError, errorContext(app, request))
    if (auditError instanceof TooManyCalls) {
      countDenial(app, request, auditFailure)
      await app.delayDenial(reply.raw)
    } else request.log.error({ event: 'call.unrecorded', rule, err: auditError })
    return respond(request, reply, auditFailure)
  }
  return respond(request, reply, failure)
}

/** @throws TooManyCalls if too many denials of this principal are already being recorded */
async function recordDenial(
  { audit, resourceAccount }: FastifyInstance,
  caller: Principal,
  createEvent: () => EventDraft,
): Promise<void> {
  const payer = principalPayer(caller)
  const { denials } = resourceAccount
  // The denial is recorded even if the caller disconnects.
  const release = denials.take(payer) ?? (await denials.wait({ payer, rack: null, signal: neverAborted }))
  try {
    await audit.record(createEvent())
  } finally {
    release()
  }
}

const neverAborted: CallSignal = { aborted: false, addEventListener() {}, removeEventListener() {} }

function countDenial({ audit }: FastifyInstance, request: FastifyRequest, { body }: Failure): void {
  const { rule, reason, next, policy } = body
  audit.countDenial({ address: addressOf(request), rule, reason, remedy: next, policy })
}

function errorContext({ policy, publicUrl }: FastifyInstance, { id: requestId }: FastifyRequest): ErrorContext {
  return { requestId, policy: policy.hash, publicUrl }
}

async function raiseAlarm(app: FastifyInstance, error: unknown, request: FastifyRequest): Promise<void> {
  const alarm = tokenAlarmOf(error)
  const event = alarm && app.createTokenAlarmEvent(alarm, sourceOf(request))
  if (!event) return
  request.log.warn({ event: 'session.superseded_token', session: alarm.session, user: alarm.name })
  await app.audit.record(event).catch((err: unknown) => request.log.error({ event: 'audit.late_record_failed', err }))
}

async function respondToUnauthenticated(
  app: FastifyInstance,
  original: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  await raiseAlarm(app, original, request)
  const originalFailure = failureOf(original, errorContext(app, request))
  const error = await limitError(app, request, { original, status: originalFailure.status })
  const failure = error === original ? originalFailure : failureOf(error, errorContext(app, request))
  const rule = ruleOf(error) ?? failure.body.code
  request.deniedBy = rule
  if (failure.status >= 500)
    app.unauthenticatedLog.note(`failed ${rule}`, 'error', { event: 'call.failed', rule, err: error })
  const detail = detailOf(error)
  if (detail !== null) app.unauthenticatedLog.note(`refused ${rule}`, 'info', { event: 'call.refused', rule, detail })
  const { reason, next, policy } = failure.body
  app.audit.countDenial({ address: addressOf(request), rule, reason: detail ?? reason, remedy: next, policy })
  if (isAboveLimit(failure)) await app.delayDenial(reply.raw)
  sendFailure(request, reply, failure)
}

/**
 * Failures of the gateway do not count toward a limit. `KeyNotKnownYet` does, because callers can invent key IDs.
 * A head that is too large counts, but keeps its own error, because it can belong to an authenticated caller.
 */
async function limitError(
  app: FastifyInstance,
  request: FastifyRequest,
  { original, status }: { readonly original: unknown; readonly status: number },
): Promise<unknown> {
  if (status === 429 || (status >= 500 && !(original instanceof KeyNotKnownYet))) return original
  try {
    await app.limitUnauthenticated(request)
    const account = accountOf(original)
    if (account !== null) app.limitAccount(account)
    return original
  } catch (limit) {
    return isHeadFault(original) ? original : limit
  }
}

const limitCodes: ReadonlySet<string> = new Set(['RGW_TOO_MANY_REQUESTS', 'RGW_TOO_MANY_CALLS'])

function isAboveLimit({ body }: Failure): boolean {
  return limitCodes.has(body.code)
}

function respond(request: FastifyRequest, reply: FastifyReply, failure: Failure): void {
  // A response in a stream, and one for a caller that disconnected, never finish.
  countCall(request, reply, failure.status)
  const delivery = deliveryOf(request, failure)
  if (delivery === 'handshake') {
    sendFailure(request, reply, failure)
    return
  }
  request.log.info({ event: 'websocket.refused', status: failure.status, rule: failure.body.rule })
  if (delivery === 'stream') sendErrorInStream(request, reply, failure.body.error)
  else sendLogLine(request, reply, failure.body.error, request.server.clock.now())
}
