import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { asSentences, type Explanation, formatMessage } from '@rack-gateway/errors'
import type { FastifyInstance } from 'fastify'
import { onRequestEnd } from '../http/on-request-end.ts'
import { requestId } from '../http/request-id.ts'
import { requestCost } from '../resource-account/costs.ts'
import { networkPayer } from '../resource-account/payer.ts'
import { type ErrorBody, rawFailure } from './error-response.ts'

export interface ClientError extends Error {
  readonly code?: string
}

interface Rejection extends Explanation {
  readonly status: number
  readonly rule: string
}

const malformed: Rejection = {
  status: 400,
  rule: 'http-framing',
  reason: 'The request is not valid HTTP.',
  remedy: 'Send it with an HTTP/1.1 client.',
}
const notAProxy: Rejection = {
  status: 405,
  rule: 'connect',
  reason: 'The gateway is not an HTTP proxy, so it rejects CONNECT.',
  remedy: 'Send the request to the gateway directly.',
}
const unknownExpectation: Rejection = {
  status: 417,
  rule: 'http-expect',
  reason: 'The gateway supports no expectation other than 100-continue.',
  remedy: 'Leave the header Expect out.',
}
const byCode: Readonly<Record<string, Rejection>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    rule: 'http-headers',
    reason: 'The headers are larger than 64 KiB.',
    remedy: 'Send fewer or shorter headers.',
  },
  SMALL_CHUNKS: {
    status: 400,
    rule: 'http-chunks',
    reason: 'The body consists of too many small chunks.',
    remedy: 'Send larger chunks, or the body at once.',
  },
}

function lateHead(milliseconds: number): Rejection {
  const reason = `The headers of the request did not arrive within ${milliseconds / 1_000} s.`
  return { status: 408, rule: 'http-timeout', reason, remedy: 'Send the request again.' }
}

export function handleClientError(app: FastifyInstance, error: ClientError, socket: Socket, headTimeout: number): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
  rejectSocket(app, socket, isLate ? lateHead(headTimeout) : (byCode[error.code ?? ''] ?? malformed))
}

/** CONNECT never reaches the router. Without this listener, Node would close the connection without a response. */
export function rejectConnect(app: FastifyInstance): void {
  app.server.on('connect', (_request: unknown, socket: Socket) => {
    socket.on('error', () => socket.destroy())
    rejectSocket(app, socket, notAProxy)
  })
}

/** Without this listener, Node would answer without a body, and the gateway would not count the request. */
export function rejectExpectations(app: FastifyInstance): void {
  app.server.on('checkExpectation', ({ socket }: IncomingMessage) => rejectSocket(app, socket, unknownExpectation))
}

const newestResponses = new WeakMap<Socket, ServerResponse>()

export function trackResponses(server: Server): void {
  function track(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request
    newestResponses.set(socket, response)
    // An idle connection must not keep the headers of its last request in memory.
    onRequestEnd(request, response, () => {
      if (newestResponses.get(socket) === response) newestResponses.delete(socket)
    })
  }
  for (const event of ['request', 'checkContinue', 'checkExpectation']) server.prependListener(event, track)
}

/** Whether the newest request has not arrived completely after its head. */
export function isRequestArriving(socket: Socket): boolean {
  return newestResponses.get(socket)?.req.complete === false
}

/** Whether a part of the newest request's body has not arrived, and nobody reads the body yet. */
export function isBodyUnread(socket: Socket): boolean {
  const request = newestResponses.get(socket)?.req
  return request !== undefined && !request.complete && request.readableFlowing === null
}

/** Whether the newest request has not arrived completely after its head, or is not answered. */
export function isRequestOpen(socket: Socket): boolean {
  const response = newestResponses.get(socket)
  return response !== undefined && !(response.req.complete && (response.writableFinished || response.destroyed))
}

/**
 * Whether the client would take an error response for a part of an earlier response, or for the response to an earlier
 * request. If the newest request has not arrived completely, it is the rejected request. So it gets the error response.
 */
function wouldMislead(socket: Socket): boolean {
  const response = newestResponses.get(socket)
  if (response === undefined || response.writableFinished) return false
  return response.headersSent || response.socket === null || response.req.complete
}

function rejectSocket(app: FastifyInstance, socket: Socket, { status, rule, ...explanation }: Rejection): void {
  const address = socket.remoteAddress ?? 'unknown'
  const denial = { rule, source: 'gateway', ...asSentences(explanation), policy: app.policy.hash }
  app.audit.countDenial({ address, ...denial })
  app.costs.charge(networkPayer(address), requestCost)
  const isAboveLimit = app.countMalformed(address)
  if (isAboveLimit || wouldMislead(socket)) return void socket.destroy()
  const { remedy: next, ...rest } = denial
  const body: ErrorBody = {
    error: formatMessage(explanation),
    code: 'RGW_BAD_FRAME',
    ...rest,
    next,
    requestId: requestId(),
  }
  socket.end(rawFailure(status, STATUS_CODES[status] ?? 'Bad Request', body), () => socket.destroy())
}
