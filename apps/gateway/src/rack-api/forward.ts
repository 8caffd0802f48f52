import type { EventDraft, RecordedEvent } from '@rack-gateway/audit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { failureOf } from '../error-contract.ts'
import { OutcomeNotRecorded, ruled } from '../errors.ts'
import { deliver, type PreparedAnswer, prepareAnswer, recordLater } from './answer.ts'
import type { DecidedCall } from './call.ts'
import { draftOf } from './draft.ts'
import { runRoute } from './resolve.ts'
import { rememberRun } from './run-owner.ts'
import type { Steps } from './steps.ts'
import { upstreamRequest, wantBody } from './upstream-request.ts'

/** A call that changes nothing: one record, durable before the first byte of the answer. */
export async function forwardRead(
  steps: Steps,
  request: FastifyRequest,
  reply: FastifyReply,
  call: DecidedCall,
): Promise<void> {
  const draft = draftOf(request, steps.policy.hash)
  const answer = await call.rack.send(upstreamRequest(request, call), call.signal)
  const record = steps.audit.record({ ...draft, kind: 'call', status: answer.status, ...upstreamId(answer) })
  call.recorded = true
  record.catch(() => undefined)
  const prepared = await prepareAnswer(steps, request, call, answer).catch(async (error: unknown) => {
    const { event } = await record
    recordLater(steps, request, {
      ...draft,
      kind: 'closed',
      of: event.id,
      status: failureOf(error, request.id).status,
      close: reasonOf(error),
    })
    throw error
  })
  const begun = steps.reads === 'strict' ? await record : null
  await deliver(steps, request, reply, call, prepared, begun === null ? draft : { ...draft, of: begun.event.id })
}

/**
 * A call that changes something: its intent is durable before the rack gets a byte of it, its outcome before the caller sees one of the answer.
 * It is sent once, whatever happens.
 */
export async function forwardChange(
  steps: Steps,
  request: FastifyRequest,
  reply: FastifyReply,
  call: DecidedCall,
): Promise<void> {
  const draft = draftOf(request, steps.policy.hash)
  const upstream = upstreamRequest(request, call)
  const intent = await steps.audit.record({ ...draft, kind: 'intent' })
  call.recorded = true
  const outcome = { ...draft, kind: 'outcome' as const, of: intent.event.id }
  let prepared: PreparedAnswer
  try {
    wantBody(request, reply, upstream)
    const answer = await call.rack.send(upstream, call.signal)
    prepared = await prepareAnswer(steps, request, call, answer)
    if (call.match.route.id === runRoute) prepared = await rememberRun(steps, request, call, prepared, intent)
  } catch (error) {
    await settle(steps, { ...outcome, status: failureOf(error, request.id).status, close: reasonOf(error) })
    throw error
  }
  const { answer } = prepared
  await settle(steps, {
    ...outcome,
    status: answer.status,
    durationMs: steps.now() - call.startedAt,
    ...upstreamId(answer),
  })
  await deliver(steps, request, reply, call, prepared, { ...draft, of: intent.event.id })
}

async function settle(steps: Steps, outcome: EventDraft): Promise<RecordedEvent> {
  try {
    return await steps.audit.record(outcome)
  } catch {
    throw ruled(
      new OutcomeNotRecorded(
        'the rack has carried this out, but its outcome could not be recorded, so the answer is withheld; look at the result before you try again',
      ),
      'outcome-not-recorded',
    )
  }
}

function upstreamId(answer: { header(name: string): string | undefined }): { upstream?: string } {
  const upstream = answer.header('request-id')
  return upstream === undefined ? {} : { upstream }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown'
}
