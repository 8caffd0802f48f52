import { html, sendPage } from '@rack-gateway/auth/login'
import { asSentences, type Explanation, explanationOf, formatMessage } from '@rack-gateway/errors'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { type DenialDetails, denialOf, ruleOf, stepUpOf, usersOf } from '../errors/errors.ts'
import { expectsPage } from '../http/expects-page.ts'
import { isRestLarge } from '../http/rest-of-body.ts'
import { sanitizeText } from './sanitize-text.ts'

/** The body of every error response. `error` is the whole message, because the stock CLI prints nothing else. */
export interface ErrorBody extends Omit<DenialDetails, 'remedy'> {
  readonly error: string
  readonly code: string
  /** The remedy. */
  readonly next: string
  readonly requestId: string
  /** The step-up that would allow the request, and its page. */
  readonly stepUp?: { readonly id: string; readonly page: string }
  /** The users of an ambiguous email address. */
  readonly users?: readonly { readonly id: string; readonly email: string; readonly issuer: string }[]
}

export interface ErrorContext {
  readonly requestId: string
  /** SHA-256 of the policy document in force, hex. */
  readonly policy: string
  /** The setting PUBLIC_URL. */
  readonly publicUrl: string | null
}

export interface Failure {
  readonly status: number
  readonly body: ErrorBody
  /** Seconds, if the caller should wait. */
  readonly retryAfter?: number
}

const internalError: Explanation = {
  reason: 'An internal error occurred. The gateway’s log has the details under the request ID.',
  remedy: 'Tell an administrator of the gateway the request ID.',
}

const fastifyExplanations: Readonly<Record<string, Explanation>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    reason: 'The gateway cannot read this Content-Type.',
    remedy: 'Send application/octet-stream or application/x-www-form-urlencoded.',
  },
  FST_ERR_CTP_EMPTY_TYPE: { reason: 'The request has a body without a Content-Type.', remedy: 'Send a Content-Type.' },
  FST_ERR_CTP_BODY_TOO_LARGE: { reason: 'The request body is too large for this address.', remedy: 'Send less.' },
  FST_ERR_BAD_URL: { reason: 'The path has an escape that cannot be decoded.', remedy: 'Correct the path.' },
  FST_ERR_MAX_PARAM_LENGTH: {
    reason: 'A part of the path is longer than 100 characters.',
    remedy: 'Send the ID of the item.',
  },
  FST_ERR_ROUTE_MISSING_CONTENT_TYPE: { reason: 'This method needs a Content-Type.', remedy: 'Send a Content-Type.' },
}
const unreadableRequest: Explanation = {
  reason: 'The request could not be read.',
  remedy: 'Correct it, and send it again.',
}

/** An error that the gateway did not define becomes a 500 without details, unless its status is below 500. */
export function failureOf(error: unknown, context: ErrorContext): Failure {
  const status = responseStatus(error)
  const content = contentOf(error, status)
  return { status, body: bodyOf(error, content, context), ...(content.code !== 'RGW_INTERNAL' && retryAfterOf(error)) }
}

function contentOf(error: unknown, status: number): ErrorContent {
  const code = codeOf(error)
  const explanation = isGatewayError(error) ? explanationOf(error) : null
  if (explanation !== null) return { code, explanation }
  if (status >= 500) return { code: 'RGW_INTERNAL', explanation: internalError }
  return { code: 'RGW_BAD_REQUEST', explanation: fastifyExplanations[code] ?? unreadableRequest }
}

export function responseStatus(error: unknown): number {
  const status = statusOf(error)
  return status < 500 || isGatewayError(error) ? status : 500
}

function isGatewayError(error: unknown): boolean {
  return codeOf(error).startsWith('RGW_') && explanationOf(error) !== null
}

interface ErrorContent {
  readonly code: string
  readonly explanation: Explanation
}

function bodyOf(error: unknown, { code, explanation }: ErrorContent, context: ErrorContext): ErrorBody {
  const { policy, requestId, publicUrl } = context
  const details = { rule: ruleOf(error) ?? code, source: 'gateway', ...asSentences(explanation), policy }
  const sentence = isGatewayError(error) && error instanceof Error ? error.message : formatMessage(explanation)
  const stepUp = stepUpOf(error)
  const users = usersOf(error)
  return {
    error: nameGateway(sanitizeText(sentence), publicUrl),
    code,
    ...withNamedGateway(sanitizedDetails(denialOf(error) ?? details), publicUrl),
    requestId,
    ...(stepUp && { stepUp }),
    ...(users && { users }),
  }
}

/** A policy knows only the paths of the gateway's pages. A person with several gateways needs the whole address. */
function nameGateway(text: string, publicUrl: string | null): string {
  return publicUrl === null ? text : text.replaceAll(' at /gateway/', ` at ${publicUrl}/gateway/`)
}

function withNamedGateway<T extends { readonly next: string }>(details: T, publicUrl: string | null): T {
  return { ...details, next: nameGateway(details.next, publicUrl) }
}

function sanitizedDetails({
  rule,
  source,
  permission,
  reason,
  remedy,
  policy,
}: DenialDetails): Omit<ErrorBody, 'error' | 'code' | 'requestId' | 'stepUp' | 'users'> {
  return {
    rule,
    source,
    ...(permission !== undefined && { permission }),
    reason: sanitizeText(reason),
    next: sanitizeText(remedy),
    policy,
  }
}

export function sendFailure(request: FastifyRequest, reply: FastifyReply, failure: Failure): void {
  if (reply.raw.headersSent) {
    request.raw.socket.destroy()
    return
  }
  // The connection ends, so that pipelined requests of a caller above its limit are not answered one by one.
  if (failure.retryAfter !== undefined) void reply.headers({ 'retry-after': failure.retryAfter, connection: 'close' })
  if (isRestLarge(request.raw)) void reply.header('connection', 'close')
  if (expectsPage(request.raw) && !/^\/gateway\/(?:api|health)\//.test(request.originalUrl)) {
    sendFailurePage(reply, failure)
    return
  }
  void reply
    .code(failure.status)
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .send(`${JSON.stringify(failure.body)}\n`)
}

function sendFailurePage(reply: FastifyReply, { status, body }: Failure): void {
  const isMissing = status === 404
  const title = isMissing ? 'There is no page at this address' : 'The request failed'
  const text = isMissing ? 'Check the address, or go to the first page.' : `${body.reason} ${body.next}`
  void sendPage(
    reply,
    status,
    title,
    html`<p>${text}</p>
<p><a class="button" href="/gateway/">Go to the first page</a></p>
<p class="soft">If you ask for help, include the request ID ${body.requestId}.</p>`,
  )
}

/** A whole HTTP response, for requests that Fastify never sees. */
export function rawFailure(status: number, statusText: string, body: ErrorBody): string {
  const text = `${JSON.stringify(body)}\n`
  return `HTTP/1.1 ${status} ${statusText}\r\nContent-Type: application/json; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`
}

function retryAfterOf(error: unknown): Pick<Failure, 'retryAfter'> {
  if (typeof error !== 'object' || error === null || !('retryAfter' in error)) return {}
  return typeof error.retryAfter === 'number' ? { retryAfter: error.retryAfter } : {}
}

function statusOf(error: unknown): number {
  const status = (error as Partial<FastifyError> | null)?.statusCode
  return typeof status === 'number' && status >= 400 && status <= 599 ? status : 500
}

function codeOf(error: unknown): string {
  const code = (error as Partial<FastifyError> | null)?.code
  return typeof code === 'string' ? code : ''
}
