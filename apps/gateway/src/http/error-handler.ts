import type { EventDraft } from '@rack-gateway/audit'
import { KeyNotKnownYet } from '@rack-gateway/auth'
import type { Limits } from '@rack-gateway/config'
import type { CallSignal } from '@rack-gateway/rack-registry'
import type { Principal } from '@rack-gateway/rbac-policy'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { alarmOf, createAlarms } from '../audit/alarms.ts'
import { addressOf, sourceOf } from '../audit/call-event.ts'
import { refusalEvent } from '../audit/denial-event.ts'
import { createDenialLimit } from '../audit/denial-limit.ts'
import { accountOf, detailOf, NothingHere, ruled, ruleOf, TooManyCalls } from '../errors.ts'
import { countedAs } from '../rack-api/call-limits.ts'
import { refuseInWords, wantsWords } from '../rack-api/command-stream.ts'
import type { FairLimit } from '../rack-api/fair-limit.ts'
import { clientNetwork } from '../rate-limits/client-network.ts'
import { delayDenial } from './delay-denial.ts'
import { type Answered, type Failure, failureOf, sendFailure } from './error-response.ts'

declare module 'fastify' {
  interface FastifyInstance {
    alarms: ReturnType<typeof createAlarms>
    /** Of denials that are being recorded. */
    denialLimit: FairLimit
  }
  interface FastifyRequest {
    /** The rule that refused it, where it was unauthenticated. */
    refusedBy: string | null
  }
}

export interface ErrorHandlerOptions {
  readonly limits: Pick<Limits, 'callsPerPrincipal'>
}

/** Answers every error in the same form, and records it: with the principal where there is one, else as a count. */
export default fp<ErrorHandlerOptions>(
  async function errorHandler(app, { limits }) {
    app.decorate('denialLimit', createDenialLimit(limits))
    app.decorate('alarms', createAlarms(app.clock.now))
    app.decorateRequest('refusedBy', null)
    app.setErrorHandler(async function answerError(error, request, reply) {
      await refuse(app, error, request, reply)
      return reply
    })
    app.setNotFoundHandler(async function answerNotFound(request, reply) {
      await refuse(app, notFound, request, reply)
      return reply
    })
  },
  { name: 'error-handler', dependencies: ['clock', 'request-scheduler', 'unauthenticated-log'] },
)

const notFound = ruled(
  new NothingHere(
    'there is nothing at this address',
    'the rack API is at the root or under /rack/<name>, and the management API under /gateway/api/v1',
  ),
  'not-found',
)

/** Answers an error. A refusal that can't be recorded becomes the 503 that says so. */
export async function refuse(
  app: FastifyInstance,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { principal } = request
  // A request that Fastify can't route has none of the decorations.
  if (!principal) return refuseStranger(app, error, request, reply)
  const failure = failureOf(error, answered(app, request))
  const rule = ruleOf(error) ?? failure.body.code
  // A caller that reached a limit is not a failure. The log line of the call says so already.
  if (failure.status >= 500 && failure.retryAfter === undefined)
    request.log.error({ event: 'call.failed', rule, err: error })
  if (failure.retryAfter !== undefined) await delayDenial(reply.raw)
  if (request.call?.recorded) return tell(request, reply, failure)
  try {
    await recordDenial(app, principal, () => refusalEvent(request, failure, rule))
  } catch (unrecorded) {
    const told = failureOf(unrecorded, answered(app, request))
    if (unrecorded instanceof TooManyCalls) {
      countDenial(app, request, told)
      await delayDenial(reply.raw)
    } else request.log.error({ event: 'call.unrecorded', rule, err: unrecorded })
    return tell(request, reply, told)
  }
  return tell(request, reply, failure)
}

/** @throws TooManyCalls for a principal of which too many denials are being recorded already */
async function recordDenial(
  { audit, denialLimit }: FastifyInstance,
  caller: Principal,
  event: () => EventDraft,
): Promise<void> {
  const principal = countedAs(caller)
  // A caller that hangs up does not take its denial out of the log.
  const release = denialLimit.take(principal) ?? (await denialLimit.wait({ principal, rack: '', signal: neverAborted }))
  try {
    await audit.record(event())
  } finally {
    release()
  }
}

const neverAborted: CallSignal = { aborted: false, addEventListener() {}, removeEventListener() {} }

/** By address, as an unauthenticated request. */
function countDenial({ audit }: FastifyInstance, request: FastifyRequest, { body }: Failure): void {
  const { rule, reason, next, policy } = body
  audit.countDenial({ address: addressOf(request), rule, reason, remedy: next, policy })
}

function answered({ policy }: FastifyInstance, { id: requestId }: FastifyRequest): Answered {
  return { requestId, policy: policy.hash }
}

async function raiseAlarm(app: FastifyInstance, error: unknown, request: FastifyRequest): Promise<void> {
  const alarm = alarmOf(error)
  const event = alarm && app.alarms(alarm, sourceOf(request))
  if (!event) return
  request.log.warn({ event: 'session.superseded_token', session: alarm.session, user: alarm.name })
  await app.audit.record(event).catch((err: unknown) => request.log.error({ event: 'audit.late_record_failed', err }))
}

/** Counted by address, without I/O; beyond the limit it is all that they hear. */
async function refuseStranger(
  app: FastifyInstance,
  refusal: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  await new Promise<void>((start) => app.scheduler.schedule(clientNetwork(addressOf(request)), start))
  await raiseAlarm(app, refusal, request)
  const refused = failureOf(refusal, answered(app, request))
  const error = await beyondLimit(app, request, { refusal, status: refused.status })
  const failure = error === refusal ? refused : failureOf(error, answered(app, request))
  const rule = ruleOf(error) ?? failure.body.code
  request.refusedBy = rule
  if (failure.status >= 500)
    app.unauthenticatedLog.note(`failed ${rule}`, 'error', { event: 'call.failed', rule, err: error })
  const detail = detailOf(error)
  if (detail !== null) app.unauthenticatedLog.note(`refused ${rule}`, 'info', { event: 'call.refused', rule, detail })
  const { reason, next, policy } = failure.body
  app.audit.countDenial({ address: addressOf(request), rule, reason: detail ?? reason, remedy: next, policy })
  if (failure.retryAfter !== undefined) await delayDenial(reply.raw)
  sendFailure(request, reply, failure)
}

/** What is refused for a failure of our own is not counted against the caller; a key that nobody has heard of can be of their making. */
async function beyondLimit(
  app: FastifyInstance,
  request: FastifyRequest,
  { refusal, status }: { readonly refusal: unknown; readonly status: number },
): Promise<unknown> {
  if (status === 429 || (status >= 500 && !(refusal instanceof KeyNotKnownYet))) return refusal
  try {
    await app.limitUnauthenticated(request)
    const account = accountOf(refusal)
    if (account !== null) app.limitAccount(account)
    return refusal
  } catch (beyond) {
    return beyond
  }
}

function tell(request: FastifyRequest, reply: FastifyReply, failure: Failure): void {
  if (wantsWords(request)) {
    request.log.info({ event: 'websocket.refused', status: failure.status, rule: failure.body.rule })
    refuseInWords(request, reply, failure.body.error)
  } else sendFailure(request, reply, failure)
}
