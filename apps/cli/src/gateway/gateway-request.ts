import type { Secret } from '@rack-gateway/config/client'
import type { Explanation } from '@rack-gateway/errors'
import { networkErrorCode } from '@rack-gateway/errors/network-errors'
import { BadSetting, GatewayUnreachable, GatewayUntrusted, Interrupted } from '../errors/errors.ts'
import { version } from '../package-files/version.ts'
import { printable } from '../terminal/terminal.ts'
import { isTokenText } from '../token/token-text.ts'
import { describeCertificateFault, explainCertificateError } from './tls/certificate-errors.ts'
import { explainConnectionError } from './tls/connection-errors.ts'
import { type GatewayTrust, trustRemedy } from './tls/gateway-trust.ts'

/** A request to the gateway, on the management API or the rack API. */
export interface GatewayRequest {
  /** Path and query. */
  readonly path: string
  readonly method?: 'GET' | 'POST' | 'DELETE'
  /** Without a token, the request is unauthenticated. */
  readonly token?: Secret
  readonly tlsTrust?: GatewayTrust | undefined
  /** Sent as JSON. */
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
  /** Milliseconds until the whole response must have arrived. */
  readonly deadline?: number
  readonly signal?: AbortSignal
}

export interface GatewayResponse {
  readonly kind: 'answered'
  readonly status: number
  readonly headers: Headers
  /** Empty if the body is too long. */
  readonly text: string
  /** The parsed JSON; undefined if the text is not JSON. */
  readonly value: unknown
}

export interface NoResponse {
  readonly kind: 'unanswered'
  /** A clause that can follow "the request failed:". */
  readonly reason: string
  readonly remedy: string
  /** Set if the certificate cannot be trusted. */
  readonly untrusted: Explanation | null
}

const defaultDeadline = 10_000
const maxBodyLength = 2 * 1024 * 1024

/** Returns connection errors instead of throwing them. @throws Interrupted by the signal, BadSetting */
export async function tryGateway(origin: string, request: GatewayRequest): Promise<GatewayResponse | NoResponse> {
  const { deadline = defaultDeadline, signal } = request
  const timeout = AbortSignal.timeout(deadline)
  try {
    const response = await send(origin, request, signal === undefined ? timeout : AbortSignal.any([timeout, signal]))
    const text = (await readBody(response)) ?? ''
    return { kind: 'answered', status: response.status, headers: response.headers, text, value: parseJson(text) }
  } catch (error) {
    if (error instanceof BadSetting) throw error
    if (signal?.aborted) throw new Interrupted()
    return { kind: 'unanswered', ...explainFailure(timeout.aborted ? timeout.reason : error, origin, request) }
  }
}

/** @throws Interrupted by the signal, BadSetting, GatewayUnreachable, GatewayUntrusted */
export async function askGateway(origin: string, request: GatewayRequest): Promise<GatewayResponse> {
  const received = await tryGateway(origin, request)
  if (received.kind === 'unanswered') throw unreachableError(origin, received)
  return received
}

/** The response has no deadline: only the signal aborts it. @throws as `askGateway` */
export async function openGateway(
  origin: string,
  request: GatewayRequest & { signal: AbortSignal },
): Promise<Response> {
  try {
    return await send(origin, request, request.signal)
  } catch (error) {
    if (error instanceof BadSetting) throw error
    if (request.signal.aborted) throw new Interrupted()
    throw unreachableError(origin, explainFailure(error, origin, request))
  }
}

/** Follows no redirect, because a redirect could send the token to another server. */
async function send(origin: string, request: GatewayRequest, signal: AbortSignal): Promise<Response> {
  const { path, token, tlsTrust, body, headers } = request
  const { method = body === undefined ? 'GET' : 'POST' } = request
  requireTlsVerification(origin)
  requireTokenText(token)
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
  return (await import('./tls/verified-request.ts')).fetchVerified(url, init, tlsTrust)
}

/** @throws BadSetting */
export function requireTokenText(token: Secret | undefined): void {
  if (token !== undefined && !isTokenText(token.reveal()))
    throw new BadSetting('The token has characters that tokens cannot have.', 'Log in again, or copy the token again.')
}

/** @throws BadSetting if the environment turns off Node's verification of certificates */
export function requireTlsVerification(origin: string): void {
  if (origin.startsWith('https:') && process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0')
    throw new BadSetting(
      'NODE_TLS_REJECT_UNAUTHORIZED is 0, so any server could pose as the gateway.',
      'Unset it. If you have your own CA, name its certificate in NODE_EXTRA_CA_CERTS.',
    )
}

export function unreachableError(origin: string, { reason, remedy, untrusted }: Omit<NoResponse, 'kind'>): Error {
  if (untrusted !== null) return new GatewayUntrusted(untrusted.reason, untrusted.remedy)
  return new GatewayUnreachable(
    `The request to ${origin} failed: ${printable(reason)}.`,
    `${remedy} For a diagnosis, run: rack-gateway doctor`,
  )
}

function explainFailure(
  error: unknown,
  origin: string,
  { tlsTrust, deadline }: GatewayRequest,
): Omit<NoResponse, 'kind'> {
  const untrusted = explainCertificateError(error, { origin, trustRemedy: trustRemedy(tlsTrust) })
  return { ...explainRequestError(error, deadline), untrusted }
}

/** The body as text, or null if it is too long. */
export async function readBody(response: Response): Promise<string | null> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength
    if (length > maxBodyLength) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** @returns undefined for text that is not JSON */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** Why a request failed, as a clause. */
export function failureReason(error: unknown): string {
  return explainRequestError(error).reason
}

function explainRequestError(error: unknown, deadline = defaultDeadline): Explanation {
  if (error instanceof Error && error.name === 'TimeoutError')
    return { ...explainConnectionError({ code: 'ETIMEDOUT' }), reason: `it did not answer within ${deadline / 1000} s` }
  const fault = describeCertificateFault(error, '')
  if (fault !== null) return { reason: `its certificate ${fault.reason}`, remedy: fault.remedy }
  // The error of Node's `fetch` has its reason only in the cause.
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const explanation = explainConnectionError(cause)
  if (networkErrorCode(cause) !== '') return explanation
  return { ...explanation, reason: cause instanceof Error ? cause.message : String(cause) }
}
