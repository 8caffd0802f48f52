import type { Secret } from '@rack-gateway/config/client'
import type { Explanation } from '@rack-gateway/errors'
import { networkErrorCode } from '@rack-gateway/errors/network-errors'
import { BadSetting, GatewayUnreachable, GatewayUntrusted, Interrupted } from '../errors.ts'
import { printable } from '../output/terminal.ts'
import { isTokenText } from '../session/token-text.ts'
import { version } from '../version.ts'
import { certificateFault, certificateInWords } from './tls/certificate-words.ts'
import { type GatewayTrust, howToTrustMore } from './tls/gateway-trust.ts'
import { type Unreachable, unreachableInWords } from './tls/unreachable-words.ts'

/** A request to the gateway, on the management API or the rack API. */
export interface GatewayRequest {
  /** Path and query, from the root. */
  readonly path: string
  readonly method?: 'GET' | 'POST' | 'DELETE'
  /** Without one it is asked as nobody. */
  readonly token?: Secret
  /** What the file says of its certificate. */
  readonly trust?: GatewayTrust | undefined
  /** Sent as JSON. */
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
  /** Milliseconds until all of the answer must be there. */
  readonly deadline?: number
  /** Gives it up. */
  readonly signal?: AbortSignal
}

export interface GatewayAnswer {
  readonly kind: 'answered'
  readonly status: number
  readonly headers: Headers
  /** Empty when it is longer than any that we ask for. */
  readonly text: string
  /** What the text is as JSON; undefined for what is none. */
  readonly value: unknown
}

export interface NoAnswer {
  readonly kind: 'unanswered'
  /** In a few words. */
  readonly reason: string
  /** What to do. */
  readonly next: string
  /** Where its certificate can't be trusted; null where it isn't that. */
  readonly distrusted: Explanation | null
}

const usualDeadline = 10_000
const longestAnswer = 2 * 1024 * 1024

/** Asks, and tells what went wrong on the way instead of throwing. @throws Interrupted by the signal, BadSetting */
export async function tryGateway(origin: string, request: GatewayRequest): Promise<GatewayAnswer | NoAnswer> {
  const { deadline = usualDeadline, signal } = request
  const limit = AbortSignal.timeout(deadline)
  try {
    const answer = await send(origin, request, signal === undefined ? limit : AbortSignal.any([limit, signal]))
    const text = (await bodyOf(answer)) ?? ''
    return { kind: 'answered', status: answer.status, headers: answer.headers, text, value: parsed(text) }
  } catch (error) {
    if (error instanceof BadSetting) throw error
    if (signal?.aborted) throw new Interrupted()
    return { kind: 'unanswered', ...noAnswerFor(limit.aborted ? limit.reason : error, origin, request) }
  }
}

/** Asks. @throws Interrupted by the signal, BadSetting, GatewayUnreachable, GatewayUntrusted */
export async function askGateway(origin: string, request: GatewayRequest): Promise<GatewayAnswer> {
  const answer = await tryGateway(origin, request)
  if (answer.kind === 'unanswered') throw noAnswer(origin, answer)
  return answer
}

/** Asks for what is read while it comes: the signal ends it, no deadline does. @throws as `askGateway` */
export async function openGateway(
  origin: string,
  request: GatewayRequest & { signal: AbortSignal },
): Promise<Response> {
  try {
    return await send(origin, request, request.signal)
  } catch (error) {
    if (error instanceof BadSetting) throw error
    if (request.signal.aborted) throw new Interrupted()
    throw noAnswer(origin, noAnswerFor(error, origin, request))
  }
}

/** The one place that speaks to a gateway. It follows no redirect, which could carry the token elsewhere. */
async function send(origin: string, request: GatewayRequest, signal: AbortSignal): Promise<Response> {
  const { path, token, trust, body, headers } = request
  const { method = body === undefined ? 'GET' : 'POST' } = request
  mustVerify(origin)
  mustBeToken(token)
  const url = `${origin}${path}`
  const init = {
    method,
    headers: {
      accept: 'application/json',
      'user-agent': `rack-gateway/${version()}`,
      ...(token && { authorization: `Bearer ${token.reveal()}` }),
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
    signal,
  }
  if (!origin.startsWith('https:')) return fetch(url, { ...init, redirect: 'manual' })
  return (await import('./tls/verified-request.ts')).fetchVerified(url, init, trust)
}

/** @throws BadSetting */
function mustBeToken(token: Secret | undefined): void {
  if (token !== undefined && !isTokenText(token.reveal()))
    throw new BadSetting('the token has characters that no token has:', 'log in again, or copy it again')
}

/** Node verifies certificates unless this variable says otherwise. @throws BadSetting */
export function mustVerify(origin: string): void {
  if (origin.startsWith('https:') && process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0')
    throw new BadSetting(
      'NODE_TLS_REJECT_UNAUTHORIZED is 0, so anybody could pass for the gateway:',
      'unset it, and name the certificate of a CA of your own in NODE_EXTRA_CA_CERTS',
    )
}

/** The error for a gateway that gave no answer. */
export function noAnswer(origin: string, { reason, next, distrusted }: Omit<NoAnswer, 'kind'>): Error {
  if (distrusted !== null) return new GatewayUntrusted(distrusted.reason, distrusted.remedy)
  return new GatewayUnreachable(
    `${origin} could not be asked: ${printable(reason)};`,
    `${next}, with: rack-gateway doctor`,
  )
}

function noAnswerFor(error: unknown, origin: string, { trust, deadline }: GatewayRequest): Omit<NoAnswer, 'kind'> {
  const { what: reason, next } = unanswered(error, deadline)
  return { reason, next, distrusted: certificateInWords(error, { origin, trustMore: howToTrustMore(trust) }) }
}

/** The body as text, or null when it is longer than any that we ask for. */
export async function bodyOf(answer: Response): Promise<string | null> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of answer.body ?? []) {
    length += chunk.byteLength
    if (length > longestAnswer) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

export function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** Why asking failed, in a few words. */
export function failure(error: unknown): string {
  return unanswered(error).what
}

function unanswered(error: unknown, deadline = usualDeadline): Unreachable {
  if (error instanceof Error && error.name === 'TimeoutError')
    return { ...unreachableInWords({ code: 'ETIMEDOUT' }), what: `it did not answer within ${deadline / 1000} s` }
  const fault = certificateFault(error, '')
  if (fault !== null) return { what: `its certificate ${fault.what}`, next: fault.next }
  // Node's `fetch` fails by an error that says nothing.
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const words = unreachableInWords(cause)
  if (networkErrorCode(cause) !== '') return words
  return { ...words, what: cause instanceof Error ? cause.message : String(cause) }
}
