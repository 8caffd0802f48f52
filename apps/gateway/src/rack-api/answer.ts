import type { EventDraft } from '@rack-gateway/audit'
import { UnmaskableAnswer as NotMaskable, type RackRoute } from '@rack-gateway/convox-api'
import { reasonOf } from '@rack-gateway/errors'
import { createTokenVeil, type UpstreamAnswer } from '@rack-gateway/rack-registry'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ruled, UnmaskableAnswer, UpstreamRedirect } from '../errors.ts'
import type { DecidedCall } from './call.ts'
import type { Steps } from './steps.ts'

/** An answer whose head is settled. `body` is null while it is still to be streamed. */
export interface PreparedAnswer {
  readonly answer: UpstreamAnswer
  readonly body: Buffer | null
}

/** What is masked is held in memory; the rack's largest JSON answers are far below. */
const maskLimit = 16 * 1024 * 1024
/** Above this, the end of a transfer is an event of its own. */
const largeBody = 64 * 1024

/**
 * Settles what the caller will see: masks by the route's policy, failing closed.
 * Errors keep their texts, since the CLI waits for some of them; only passwords in addresses are hidden.
 */
export async function prepareAnswer(
  steps: Steps,
  request: FastifyRequest,
  call: DecidedCall,
  answer: UpstreamAnswer,
): Promise<PreparedAnswer> {
  if (answer.status >= 300 && answer.status < 400) {
    answer.discard()
    throw ruled(
      new UpstreamRedirect(
        `the rack ${call.rack.name} answered with a redirect, which the gateway does not pass on`,
        'tell whoever runs that rack',
      ),
      'upstream-redirect',
    )
  }
  if (request.method === 'HEAD' || answer.length === 0 || !isRead(call.match.route, answer))
    return { answer, body: null }
  if (answer.header('content-encoding') !== undefined) {
    answer.discard()
    throw unmaskable(call, 'it is compressed')
  }
  const received = await answer.collect(maskLimit)
  return { answer, body: maskBody(steps, call, answer, received) }
}

/** What is looked through before it is shown: JSON with a mask, and every error. The rest is streamed. */
function isRead({ mask }: RackRoute, { status }: UpstreamAnswer): boolean {
  return status >= 400 || (mask !== 'plain' && mask !== 'opaque' && mask !== 'stream')
}

function maskBody(steps: Steps, call: DecidedCall, { status }: UpstreamAnswer, received: Buffer): Buffer {
  try {
    return status < 400 ? steps.masks.apply(call, received) : steps.masks.applyToText(call, received)
  } catch (error) {
    if (error instanceof NotMaskable) throw unmaskable(call, error.message)
    throw error
  }
}

function unmaskable(call: DecidedCall, why: string): Error {
  return ruled(
    new UnmaskableAnswer(
      `the answer of the rack ${call.rack.name} may hold secrets and could not be masked (${why}), so it is not passed on`,
      'tell an administrator of the gateway',
    ),
    'unmaskable-answer',
  )
}

/** Sends a recorded answer. An error after its head destroys the socket, so that a cut transfer never looks complete. */
export async function deliver(
  steps: Steps,
  request: FastifyRequest,
  reply: FastifyReply,
  call: DecidedCall,
  prepared: PreparedAnswer,
  closed: Omit<EventDraft, 'kind'>,
): Promise<void> {
  reply.hijack()
  const { raw } = reply
  const { answer, body } = prepared
  const done = { ...closed, kind: 'closed' as const, status: answer.status }
  try {
    raw.writeHead(answer.status, answer.statusText, headOf(answer, body))
    if (body !== null) return void raw.end(body)
    const bytesOut = await answer.pipe(raw, createTokenVeil(call.rack.token))
    if (bytesOut > largeBody || call.match.route.mask === 'stream') {
      recordLater(steps, request, { ...done, bytesOut, durationMs: steps.now() - call.startedAt, close: 'complete' })
    }
  } catch (error) {
    raw.destroy()
    const close = reasonOf(error, 'the transfer broke off')
    const bytesOut = raw.socket?.bytesWritten ?? 0
    recordLater(steps, request, { ...done, bytesOut, durationMs: steps.now() - call.startedAt, close })
  }
}

function headOf(answer: UpstreamAnswer, body: Buffer | null): string[] {
  const length = body?.length ?? answer.length
  return length === null ? [...answer.headers] : [...answer.headers, 'Content-Length', String(length)]
}

/** For what happened after the caller had its answer: nobody waits, and a failure is for the log. */
export function recordLater(steps: Steps, request: FastifyRequest, draft: EventDraft): void {
  steps.audit
    .record(draft)
    .catch((error: unknown) => request.log.error({ event: 'audit.late_record_failed', err: error }))
}
