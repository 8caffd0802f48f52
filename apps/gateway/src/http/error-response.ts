import { html, sendPage } from '@rack-gateway/auth/login'
import { asSentences, type Explanation, explanationOf, formatMessage } from '@rack-gateway/errors'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { type DenialDetails, denialOf, ruleOf } from '../errors.ts'
import { expectsPage } from './wants-page.ts'

/** What every refusal and failure answers: `error` is the whole sentence for the person, since that is all the CLI prints; the rest says it in parts. */
export interface ErrorBody extends Omit<DenialDetails, 'remedy'> {
  readonly error: string
  readonly code: string
  /** The remedy. */
  readonly next: string
  readonly requestId: string
}

/** What an answer says beside the error itself. */
export interface ErrorContext {
  readonly requestId: string
  /** SHA-256 of the policy document in force, hex. */
  readonly policy: string
}

export interface Failure {
  readonly status: number
  readonly body: ErrorBody
  /** Seconds, where it helps to wait. */
  readonly retryAfter?: number
}

const longestSentence = 2_000

/** The stock CLI uses the text as a printf format: a `%` garbles it. What controls a terminal or turns its text around never reaches one. */
function speakable(text: string): string {
  const plain = text
    .slice(0, longestSentence)
    .replaceAll('%', 'percent')
    .replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, ' ')
  return text.length > longestSentence ? `${plain}…` : plain
}

const unexpected: Explanation = {
  reason: 'internal error: the gateway log has the details under the request ID',
  remedy: 'tell an administrator of the gateway the request ID',
}

const fastifyWords: Readonly<Record<string, Explanation>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    reason: 'the Content-Type is not one that can be read',
    remedy: 'send application/octet-stream or application/x-www-form-urlencoded',
  },
  FST_ERR_CTP_EMPTY_TYPE: { reason: 'the request has a body without a Content-Type', remedy: 'send one' },
  FST_ERR_CTP_BODY_TOO_LARGE: { reason: 'the body is larger than this address takes', remedy: 'send less' },
  FST_ERR_BAD_URL: { reason: 'the path has an escape that can not be decoded', remedy: 'correct it' },
  FST_ERR_ROUTE_MISSING_CONTENT_TYPE: { reason: 'this method needs a Content-Type', remedy: 'send one' },
}
const unreadable: Explanation = { reason: 'the request could not be read', remedy: 'correct it, and send it again' }

/** Any error, as an answer. An error that isn't ours and below 500 keeps its status; everything else is a 500 that discloses nothing. */
export function failureOf(error: unknown, answered: ErrorContext): Failure {
  const status = answeredStatus(error)
  const said = saidOf(error, status)
  return { status, body: bodyOf(error, said, answered), ...(said.code !== 'RGW_INTERNAL' && retryAfterOf(error)) }
}

function saidOf(error: unknown, status: number): Said {
  const code = codeOf(error)
  const words = isOurs(error) ? explanationOf(error) : null
  if (words !== null) return { code, words }
  if (status >= 500) return { code: 'RGW_INTERNAL', words: unexpected }
  return { code: 'RGW_BAD_REQUEST', words: fastifyWords[code] ?? unreadable }
}

/** The status that an error is answered with. */
export function answeredStatus(error: unknown): number {
  const given = statusOf(error)
  return given < 500 || isOurs(error) ? given : 500
}

function isOurs(error: unknown): boolean {
  return codeOf(error).startsWith('RGW_') && explanationOf(error) !== null
}

interface Said {
  readonly code: string
  readonly words: Explanation
}

function bodyOf(error: unknown, { code, words }: Said, answered: ErrorContext): ErrorBody {
  const { policy, requestId } = answered
  const own = { rule: ruleOf(error) ?? code, source: 'gateway', ...asSentences(words), policy }
  const sentence = isOurs(error) && error instanceof Error ? error.message : formatMessage(words)
  return { error: speakable(sentence), code, ...spoken(denialOf(error) ?? own), requestId }
}

function spoken({
  rule,
  source,
  reason,
  remedy,
  policy,
}: DenialDetails): Omit<ErrorBody, 'error' | 'code' | 'requestId'> {
  return { rule, source, reason: speakable(reason), next: speakable(remedy), policy }
}

export function sendFailure(request: FastifyRequest, reply: FastifyReply, failure: Failure): void {
  if (reply.raw.headersSent) {
    request.raw.socket.destroy()
    return
  }
  // The connection ends, so that pipelined requests of a caller above its limit are not answered one by one.
  if (failure.retryAfter !== undefined) void reply.headers({ 'retry-after': failure.retryAfter, connection: 'close' })
  if (expectsPage(request.raw) && !/^\/gateway\/(?:api|health)\//.test(request.raw.url ?? '')) {
    sendFailurePage(reply, failure)
    return
  }
  void reply
    .code(failure.status)
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .send(`${JSON.stringify(failure.body)}\n`)
}

/** The same for a person with a browser. */
function sendFailurePage(reply: FastifyReply, { status, body }: Failure): void {
  const isMissing = status === 404
  const title = isMissing ? 'There is no page at this address' : 'That did not work'
  const words = isMissing ? body.next : `${body.reason} ${body.next}`
  void sendPage(
    reply,
    status,
    title,
    html`<p>${words}</p>
<p><a class="button" href="/gateway/">Go to the first page</a></p>
<p class="soft">If you ask for help, name the request ${body.requestId}.</p>`,
  )
}

/** The same contract as raw bytes, for where there is no reply object: a broken frame. */
export function rawFailure(status: number, statusText: string, body: ErrorBody): string {
  const text = `${JSON.stringify(body)}\n`
  return `HTTP/1.1 ${status} ${statusText}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`
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
