import type { EventDraft } from '@rack-gateway/audit'
import { reasonOf } from '@rack-gateway/errors'
import { RackBroken, RackNotPinned, RackRejectsGateway, RackUnreachable } from '@rack-gateway/rack-registry'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { callEventOf } from '../audit/call-event.ts'
import { recordLater } from '../audit/record-later.ts'
import type { DecidedCall } from '../calls/call.ts'
import { responseStatus } from '../error-responses/error-response.ts'
import { ChangeUnclear, OutcomeNotRecorded } from '../errors/errors.ts'
import { createdItem } from './events/created-item.ts'
import { recordRead } from './events/record-read.ts'
import { outcomeNotRecorded, rememberRun } from './processes/run-owner.ts'
import { runRoute } from './resolve.ts'
import { deliver, type PreparedResponse, prepareResponse } from './responses/prepare-response.ts'
import { allowRackBody, upstreamRequest } from './upstream-request.ts'

/** The event is durable before the first byte of the response, unless reads are relaxed. */
export async function forwardRead(request: FastifyRequest, reply: FastifyReply, call: DecidedCall): Promise<void> {
  const { server } = request
  server.audit.check()
  const draft = callEventOf(request)
  const response = await call.rack.send(upstreamRequest(request, call), call.signal)
  call.recorded = true
  const event = { ...draft, kind: 'call' as const, status: response.status, ...upstreamId(response) }
  const recording = recordRead(server, request.log, event)
  const preparing = prepareResponse(server, request, call, response)
  if (preparing instanceof Promise) preparing.catch(() => undefined)
  let of: string | null = null
  try {
    if (recording !== null) of = (await recording).id
  } catch (error) {
    // The response is not forwarded, so its body must not stay in memory.
    if (preparing instanceof Promise) call.signal.abort()
    else if (preparing.body === null) response.discard()
    throw error
  }
  let prepared: PreparedResponse
  try {
    prepared = preparing instanceof Promise ? await preparing : preparing
  } catch (error) {
    const end = { status: responseStatus(error), close: reasonOf(error, 'unknown') }
    recordLater(server, request.log, { ...draft, ...(of !== null && { of }), kind: 'closed', ...end })
    throw error
  }
  await deliver(request, reply, call, prepared, { draft, of })
}

/**
 * Forwards a change at most once. The intent is durable before the rack gets any byte of the call.
 * The outcome is durable before the caller gets any byte of the response.
 */
export async function forwardChange(request: FastifyRequest, reply: FastifyReply, call: DecidedCall): Promise<void> {
  const { server } = request
  const draft = callEventOf(request)
  const upstream = upstreamRequest(request, call)
  const intent = await server.audit.record({ ...draft, kind: 'intent' })
  call.recorded = true
  // Only the event needed the received form. The rack receives `upstream.body`.
  call.form = null
  const outcome = { ...draft, kind: 'outcome' as const, of: intent.id }
  let prepared: PreparedResponse
  try {
    allowRackBody(request, reply, upstream)
    const response = await call.rack.send(upstream, call.signal)
    const preparing = prepareResponse(server, request, call, response)
    prepared = preparing instanceof Promise ? await preparing : preparing
    if (call.match.route.id === runRoute) prepared = await rememberRun(request, call, prepared, intent)
  } catch (failure) {
    const error = toUnclearChange(failure)
    const status = responseStatus(error)
    await recordOutcome(server, { ...outcome, status, close: reasonOf(error, 'unknown') }).catch(() => {
      throw error instanceof OutcomeNotRecorded ? error : outcomeNotRecorded(outcomeOfFailure(error))
    })
    throw error
  }
  const { response, body } = prepared
  const { status } = response
  const durationMs = server.clock.now() - call.startedAt
  const event = { ...outcome, status, durationMs, ...upstreamId(response), ...createdItem(call, prepared) }
  try {
    await recordOutcome(server, event, status < 400 ? keyEvents(outcome, call) : [])
  } catch {
    if (body === null) response.discard()
    throw outcomeNotRecorded(status < 400 ? 'The rack made the change' : `The rack answered with status ${status}`)
  }
  await deliver(request, reply, call, prepared, { draft, of: intent.id })
}

/** Further names are only in the intent event. */
const maxKeyEvents = 500

/** The events contain names, never values. */
function keyEvents(
  { request, of, principal, rack, app }: Partial<EventDraft>,
  { keyChanges }: DecidedCall,
): EventDraft[] {
  const shared = {
    ...(request && { request }),
    ...(of && { of }),
    ...(principal && { principal }),
    ...(rack && { rack }),
    ...(app && { app }),
  }
  return keyChanges
    .slice(0, maxKeyEvents)
    .map((detail) => ({ ...shared, kind: 'environment.changed', detail: { ...detail } }))
}

/** After a broken connection, only the rack knows whether the change was made. */
function toUnclearChange(error: unknown): unknown {
  if (!(error instanceof RackBroken)) return error
  return new ChangeUnclear(
    `${reasonOf(error, 'unknown')} The change may have been made.`,
    'Check whether the change was made before you try again.',
    { rule: 'change-unclear' },
  )
}

function outcomeOfFailure(error: unknown): string {
  if (error instanceof RackRejectsGateway) return 'The rack did not make the change'
  return error instanceof RackUnreachable || error instanceof RackNotPinned
    ? 'The rack did not receive the change'
    : 'The rack may have made the change'
}

/** Records all events in one commit. */
function recordOutcome(
  { audit }: FastifyInstance,
  outcome: EventDraft,
  more: readonly EventDraft[] = [],
): Promise<unknown> {
  const recording = audit.record(outcome)
  return more.length === 0 ? recording : Promise.all([recording, ...more.map((draft) => audit.record(draft))])
}

function upstreamId(response: { header(name: string): string | undefined }): { upstream?: string } {
  const upstream = response.header('request-id')
  return upstream === undefined ? {} : { upstream }
}
