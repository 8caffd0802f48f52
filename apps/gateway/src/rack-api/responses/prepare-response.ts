import type { EventDraft } from '@rack-gateway/audit'
import { UnmaskableResponse as NotMaskable, type RackRoute, runToEnd } from '@rack-gateway/convox-api'
import { reasonOf } from '@rack-gateway/errors'
import { createTokenRedactor, type UpstreamResponse, watchMinimumRate } from '@rack-gateway/rack-registry'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { recordLater } from '../../audit/record-later.ts'
import type { DecidedCall } from '../../calls/call.ts'
import { UnmaskableResponse, UpstreamRedirect } from '../../errors/errors.ts'
import { sentCost } from '../../resource-account/costs.ts'
import type { Release } from '../../resource-account/fair-limit.ts'
import { principalPayer } from '../../resource-account/payer.ts'
import { runInTurns } from '../../resource-account/turns.ts'
import { countCall } from '../contacts/count-calls.ts'
import { maskLimit } from '../limits/mask-limit.ts'
import { watchSlowResponse } from '../live/transfer.ts'
import { sizeOf } from '../masks/masks.ts'
import { managementHeaders } from './management-headers.ts'

/** A response whose status and headers are final. `body` is null if the gateway streams the rack's body. */
export interface PreparedResponse {
  readonly response: UpstreamResponse
  readonly body: readonly Buffer[] | null
}

export interface CallRecord {
  /** The members that all events of the call have. */
  readonly draft: Omit<EventDraft, 'kind'>
  /** The ID of the call's first event; null if reads are relaxed, or if the rack refused a websocket. */
  readonly of: string | null
}

/** Bytes. For a larger response that must be masked, memory is reserved in `account.answers`. */
const smallResponse = 64 * 1024
/** Bytes. Masking a larger response at once could block all calls for more than a few milliseconds. */
const maskedAtOnce = 16 * 1024
/** Bytes. An error of a rack is a sentence. */
const maxErrorSize = 64 * 1024
/** Bytes. The end of a larger transfer gets its own event. */
const largeBody = 64 * 1024

/**
 * Rejects if the response cannot be masked. In an error response, only passwords in URLs, the rack's token, and the
 * values that replaced masks in the form are redacted, because the CLI recognizes some errors by their text.
 *
 * @returns no promise if the response can be prepared without waiting
 */
export function prepareResponse(
  server: FastifyInstance,
  { method }: FastifyRequest,
  call: DecidedCall,
  response: UpstreamResponse,
): PreparedResponse | Promise<PreparedResponse> {
  if (response.status >= 300 && response.status < 400) {
    response.discard()
    return Promise.reject(redirected(call, response))
  }
  if (method === 'HEAD' || response.length === 0 || !mustBuffer(call.match.route, response))
    return { response, body: null }
  if (response.header('content-encoding') !== undefined) {
    response.discard()
    return Promise.reject(unmaskable(call, 'it is compressed'))
  }
  const received = receiveBody(server, call, response)
  if (received instanceof Promise || mustMaskInTurns(call, response, received))
    return maskReceived(server, call, response, received)
  try {
    return { response, body: [maskSmall(server, call, response, received)] }
  } catch (error) {
    return Promise.reject(explainFailure(call, error))
  }
}

/** @returns a promise, unless a small body has arrived completely */
function receiveBody(
  { resourceAccount: { responses } }: FastifyInstance,
  call: DecidedCall,
  response: UpstreamResponse,
): readonly Buffer[] | Promise<readonly Buffer[]> {
  let release: Release = () => {}
  async function reserve(): Promise<void> {
    const { principal, rack, signal } = call
    const payer = principalPayer(principal)
    const amount = Math.min(response.length ?? maskLimit, maskLimit)
    release = responses.take(payer, amount) ?? (await responses.wait({ payer, rack: rack.name, signal }, amount))
    signal.onEnd(release)
  }
  const limit = response.status >= 400 ? maxErrorSize : maskLimit
  const received = response.collectChunks(limit, { freeBytes: smallResponse, reserve })
  if (!(received instanceof Promise)) return received
  return received.then((chunks) => {
    release(sizeOf(chunks))
    return chunks
  })
}

function mustBuffer({ mask }: RackRoute, { status }: UpstreamResponse): boolean {
  return status >= 400 || (mask !== 'plain' && mask !== 'opaque' && mask !== 'stream')
}

function mustMaskInTurns(
  { restoredValues }: DecidedCall,
  { status }: UpstreamResponse,
  received: readonly Buffer[],
): boolean {
  return status >= 400 ? restoredValues.length > 0 : sizeOf(received) > maskedAtOnce
}

async function maskReceived(
  server: FastifyInstance,
  call: DecidedCall,
  response: UpstreamResponse,
  receiving: readonly Buffer[] | Promise<readonly Buffer[]>,
): Promise<PreparedResponse> {
  const received = await receiving
  try {
    if (!mustMaskInTurns(call, response, received))
      return { response, body: [maskSmall(server, call, response, received)] }
    const { costs, masks, turns } = server
    const charge = (milliseconds: number) =>
      costs.chargeMeasured(principalPayer(call.principal), 'mask', sizeOf(received) / 1_024, milliseconds)
    if (response.status >= 400)
      return { response, body: [await runInTurns(masks.applyToText(call, joined(received)), turns, charge)] }
    return { response, body: await runInTurns(masks.applyInSteps(call, received), turns, charge) }
  } catch (error) {
    throw explainFailure(call, error)
  }
}

function maskSmall(
  { costs, masks }: FastifyInstance,
  call: DecidedCall,
  { status }: UpstreamResponse,
  received: readonly Buffer[],
): Buffer {
  const bytes = joined(received)
  return costs.measure(principalPayer(call.principal), 'mask', Math.max(1, bytes.length / 1_024), () =>
    status >= 400 ? runToEnd(masks.applyToText(call, bytes)) : masks.apply(call, bytes),
  )
}

function joined(chunks: readonly Buffer[]): Buffer {
  const [only] = chunks
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks)
}

function explainFailure(call: DecidedCall, error: unknown): unknown {
  return error instanceof NotMaskable ? unmaskable(call, error.message) : error
}

function redirected({ rack }: DecidedCall, { status }: UpstreamResponse): Error {
  return new UpstreamRedirect(
    `The rack ${rack.name} answered with a redirect (status ${status}), which the gateway does not pass on.`,
    'Ask an administrator of the gateway to check the URL of the rack.',
    { rule: 'upstream-redirect' },
  )
}

function unmaskable(call: DecidedCall, why: string): Error {
  return new UnmaskableResponse(
    `The response of the rack ${call.rack.name} may contain secrets and could not be masked (${why}), so it is not shown.`,
    'Tell an administrator of the gateway.',
    { rule: 'unmaskable-answer' },
  )
}

/** If the transfer fails, the socket is destroyed, so that the response never looks complete. */
export async function deliver(
  request: FastifyRequest,
  reply: FastifyReply,
  call: DecidedCall,
  prepared: PreparedResponse,
  { draft, of }: CallRecord,
): Promise<void> {
  const { server } = request
  reply.hijack()
  const { raw } = reply
  const { response, body } = prepared
  const recordClosed = (end: Pick<EventDraft, 'bytesOut' | 'close'>) =>
    recordLater(server, request.log, {
      ...draft,
      ...(of !== null && { of }),
      kind: 'closed',
      status: response.status,
      durationMs: server.clock.now() - call.startedAt,
      ...end,
    })
  try {
    raw.writeHead(response.status, response.statusText, headOf(call, response, body))
    if (body !== null) {
      if (body.length <= 1) return void raw.end(body[0])
      watchSlowResponse(request, reply, call)
      return await sendParts(call, reply, body, server.rackApi.bodyTimeout)
    }
    watchSlowResponse(request, reply, call)
    const bytesOut = await response.pipe(raw, createTokenRedactor(call.rack.token))
    server.costs.charge(principalPayer(call.principal), (bytesOut / 1_024) * sentCost)
    if (bytesOut > largeBody || call.match.route.mask === 'stream') recordClosed({ bytesOut, close: 'complete' })
  } catch (error) {
    raw.destroy()
    countCall(request, reply, response.status)
    recordClosed({ bytesOut: raw.socket?.bytesWritten ?? 0, close: reasonOf(error, 'the transfer broke off') })
  }
}

/** A caller that stops reading is disconnected, so that the memory of the body is freed. */
function sendParts(
  { signal }: DecidedCall,
  { raw }: FastifyReply,
  parts: readonly Buffer[],
  timeout: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let next = 0
    const rate = watchMinimumRate(timeout, () => raw.destroy())
    function send(): void {
      if (raw.writableEnded || raw.destroyed) return
      for (let part = parts[next]; part !== undefined; part = parts[next]) {
        next += 1
        rate.received(part.length)
        if (!raw.write(part)) return
      }
      raw.end()
    }
    // At most a few parts in each turn of the event loop, so that a fast caller does not delay other callers.
    raw.on('drain', () => setImmediate(send)).once('finish', resolve)
    signal.onEnd(() => {
      rate.stop()
      reject(new Error('the caller stopped reading, or disconnected'))
    })
    rate.startWaiting()
    send()
  })
}

function headOf({ parsedRequest }: DecidedCall, response: UpstreamResponse, body: readonly Buffer[] | null): string[] {
  const length = body === null ? response.length : sizeOf(body)
  const headers = parsedRequest.api === 'rack' ? rackHeaders(response) : managementHeaders(mediaTypeOf(response))
  return length === null ? [...headers] : [...headers, 'Content-Length', String(length)]
}

function rackHeaders(response: UpstreamResponse): readonly string[] {
  const { headers } = response
  if (response.header('x-content-type-options') !== undefined) return headers
  return [...headers, 'X-Content-Type-Options', 'nosniff']
}

/**
 * A rack answers with JSON, and with text for some errors.
 * No other type is forwarded, so a browser never renders a response as HTML.
 */
function mediaTypeOf(response: UpstreamResponse): string {
  const isJson = /^application\/json\b/i.test(response.header('content-type') ?? '')
  return `${isJson ? 'application/json' : 'text/plain'}; charset=utf-8`
}
