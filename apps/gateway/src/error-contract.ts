import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { ruleOf, toldOf } from './errors.ts'
import { type RefusalWords, refusalWords } from './refusal-words.ts'

/** What every refusal and failure answers: `error` is the whole sentence for the person, since that is all the CLI prints. */
export interface ErrorBody {
  readonly error: string
  readonly code: string
  /** What is told of every refusal alike, the policy's and the gateway's own; absent where something broke. */
  readonly rule?: string
  readonly source?: string
  readonly reason?: string
  readonly next?: string
  /** Of what the policy refused: by which document. */
  readonly policy?: string
  readonly requestId: string
}

export interface Failure {
  readonly status: number
  readonly body: ErrorBody
  /** Seconds, where it helps to wait. */
  readonly retryAfter?: number
}

const longestSentence = 2_000

/** The stock CLI uses the text as a printf format: a `%` garbles it. What controls a terminal or turns its text around never reaches one. */
export function speakable(text: string): string {
  const plain = text
    .slice(0, longestSentence)
    .replaceAll('%', 'percent')
    .replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, ' ')
  return text.length > longestSentence ? `${plain}…` : plain
}

const unexpected =
  'something went wrong inside the gateway; nothing more is said here, the log has it under this request id'

const fastifySentences: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE:
    'the Content-Type is not one that can be read; send application/octet-stream or application/x-www-form-urlencoded',
  FST_ERR_CTP_EMPTY_TYPE: 'the request has a body without a Content-Type; send one',
  FST_ERR_CTP_BODY_TOO_LARGE: 'the body is larger than this address takes',
  FST_ERR_BAD_URL: 'the path has an escape that can not be decoded',
  FST_ERR_ROUTE_MISSING_CONTENT_TYPE: 'this method needs a Content-Type',
}

/** Any error, as an answer. An error that isn't ours and below 500 keeps its status; everything else is a 500 that discloses nothing. */
export function failureOf(error: unknown, requestId: string): Failure {
  const status = statusOf(error)
  const code = codeOf(error)
  const ours = code.startsWith('RGW_')
  const text = ours
    ? messageOf(error)
    : status < 500
      ? (fastifySentences[code] ?? 'the request could not be read')
      : unexpected
  const said = ours || status < 500
  const spoken = { error: speakable(text), code: ours ? code : said ? 'RGW_BAD_REQUEST' : 'RGW_INTERNAL' }
  const words = said ? wordsOf(error, spoken, status) : {}
  return { status: said ? status : 500, body: { ...spoken, ...words, requestId }, ...retryAfterOf(error) }
}

/** What a refusal says in parts: in the policy's own words where it has decided. */
function wordsOf(
  error: unknown,
  { error: sentence, code }: Pick<ErrorBody, 'error' | 'code'>,
  status: number,
): RefusalWords & Pick<ErrorBody, 'policy'> {
  const decision = toldOf(error)
  if (decision === null) return refusalWords(ruleOf(error) ?? code, sentence, status)
  const { rule, source, reason, next, policy } = decision
  return { rule, source, reason: speakable(reason), next: speakable(next), policy }
}

export function sendFailure(request: FastifyRequest, reply: FastifyReply, failure: Failure): void {
  if (reply.raw.headersSent) {
    request.raw.socket.destroy()
    return
  }
  if (failure.retryAfter !== undefined) void reply.header('retry-after', failure.retryAfter)
  void reply
    .code(failure.status)
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .send(`${JSON.stringify(failure.body)}\n`)
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : unexpected
}
