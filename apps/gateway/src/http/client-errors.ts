import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { asSentences, type Explanation, formatMessage } from '@rack-gateway/errors'
import type { FastifyInstance } from 'fastify'
import { type ErrorBody, rawFailure } from './error-response.ts'
import { requestId } from './request-id.ts'

export interface ClientError extends Error {
  readonly code?: string
}

interface Broken extends Explanation {
  readonly status: number
  readonly rule: string
}

const malformed: Broken = {
  status: 400,
  rule: 'http-framing',
  reason: 'the request is not valid HTTP',
  remedy: 'send it with a program that speaks HTTP/1.1',
}
const notAProxy: Broken = {
  status: 405,
  rule: 'connect',
  reason: 'this is not an HTTP proxy, and CONNECT is refused',
  remedy: 'send the request itself',
}
const otherExpectation: Broken = {
  status: 417,
  rule: 'http-expect',
  reason: 'the only expectation that is met here is 100-continue',
  remedy: 'leave the header Expect out',
}
const byCode: Readonly<Record<string, Broken>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    rule: 'http-headers',
    reason: 'the headers are larger than 64 KiB',
    remedy: 'send fewer or shorter ones',
  },
}

function lateHead(milliseconds: number): Broken {
  const reason = `the head of the request did not come within ${milliseconds / 1_000} s`
  return { status: 408, rule: 'http-timeout', reason, remedy: 'send it again' }
}

/** What the HTTP parser refuses: answered by the error contract, counted by address, and the connection closed. */
export function handleClientError(app: FastifyInstance, error: ClientError, socket: Socket, headTimeout: number): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
  rejectSocket(app, socket, isLate ? lateHead(headTimeout) : (byCode[error.code ?? ''] ?? malformed))
}

/** CONNECT never reaches a router: it would otherwise just be cut. */
export function rejectConnect(app: FastifyInstance): void {
  app.server.on('connect', (_request: unknown, socket: Socket) => {
    socket.on('error', () => socket.destroy())
    rejectSocket(app, socket, notAProxy)
  })
}

/** Node would answer it without a word, and nothing would be counted. */
export function rejectExpectations(app: FastifyInstance): void {
  app.server.on('checkExpectation', ({ socket }: IncomingMessage) => rejectSocket(app, socket, otherExpectation))
}

/** The answer to the newest request of each connection. */
const newest = new WeakMap<Socket, ServerResponse>()

export function followAnswers(server: Server): void {
  const follow = ({ socket }: IncomingMessage, response: ServerResponse) => void newest.set(socket, response)
  for (const event of ['request', 'checkContinue', 'checkExpectation']) server.prependListener(event, follow)
}

/** Whether what is written now would be taken for an answer to an earlier request, or for a part of one. */
function wouldMislead(socket: Socket): boolean {
  const answer = newest.get(socket)
  if (answer === undefined || answer.writableFinished) return false
  return answer.headersSent || answer.socket === null || answer.req.complete
}

function rejectSocket(app: FastifyInstance, socket: Socket, { status, rule, ...words }: Broken): void {
  const denial = { rule, source: 'gateway', ...asSentences(words), policy: app.policy.hash }
  app.audit.countDenial({ address: socket.remoteAddress ?? 'unknown', ...denial })
  if (wouldMislead(socket)) return void socket.destroy()
  const { remedy: next, ...rest } = denial
  const body: ErrorBody = { error: formatMessage(words), code: 'RGW_BAD_FRAME', ...rest, next, requestId: requestId() }
  socket.end(rawFailure(status, STATUS_CODES[status] ?? 'Bad Request', body), () => socket.destroy())
}
