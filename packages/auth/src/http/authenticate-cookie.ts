import type { Clock } from '@rack-gateway/time'
import type { FastifyRequest } from 'fastify'
import {
  cookieAndCredential,
  idleSession,
  isDenial,
  noCredential,
  notBrowserToken,
  twoCookies,
} from '../errors/denial.ts'
import { CsrfRefused, unauthenticated } from '../errors/errors.ts'
import type { Identities } from '../principals/identities.ts'
import type { BrowserSessions } from '../sessions/browser-sessions.ts'
import type { TokenMint } from '../tokens/token.ts'
import { readAuthorization } from './credentials.ts'
import { callerAddress } from './source-address.ts'

export interface CookieDependencies {
  readonly mint: TokenMint
  readonly identities: Identities
  readonly clock: Clock
  readonly browserSessions: BrowserSessions
}

/** @param values the values of all session cookies of the request */
export async function authenticateCookie(
  { mint, identities, clock, browserSessions }: CookieDependencies,
  request: FastifyRequest,
  values: readonly string[],
): Promise<void> {
  const [value = '', another] = values
  if (another !== undefined) throw unauthenticated(twoCookies)
  if (readAuthorization(request.raw.rawHeaders) !== noCredential) throw unauthenticated(cookieAndCredential)
  const credential = mint.verify(value, clock.now())
  if (isDenial(credential)) throw unauthenticated(credential)
  if (credential.kind !== 'browser') throw unauthenticated(notBrowserToken)
  const principal = await identities.find(credential)
  if (isDenial(principal)) throw unauthenticated(principal)
  if (!(await browserSessions.use(principal.credential, callerAddress(request)))) throw unauthenticated(idleSession)
  request.principal = principal
  request.credential = credential
  request.csrfToken = browserSessions.csrfToken(credential)
  if (canChange(request) && request.routeOptions.config.csrfByForm !== true)
    checkCsrf(request, request.headers['x-csrf-token'], browserSessions)
}

/** A GET that opens a WebSocket counts as a change, because the WebSocket messages can change something. */
function canChange({ method, headers }: FastifyRequest): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(method) || headers.upgrade !== undefined
}

export function isCrossSite(
  { headers }: FastifyRequest,
  { origin: ownOrigin }: Pick<BrowserSessions, 'origin'>,
): boolean {
  const { origin, 'sec-fetch-site': site } = headers
  return (origin !== undefined && origin !== ownOrigin) || (site !== undefined && site !== 'same-origin')
}

/** @throws CsrfRefused */
export function checkCsrf(request: FastifyRequest, token: unknown, browserSessions: BrowserSessions): void {
  if (isCrossSite(request, browserSessions))
    throw csrfDenied('A page of another site requested this change.', 'Make the change on a page of the gateway.')
  if (request.credential === null || !browserSessions.isCsrfToken(request.credential, token))
    throw csrfDenied(
      'The request has no valid CSRF token, which every change by a browser session needs.',
      'Send the csrfToken of GET /gateway/api/v1/me in the header X-CSRF-Token.',
    )
}

function csrfDenied(reason: string, remedy: string): Error {
  return Object.assign(new CsrfRefused(reason, remedy), { rule: 'csrf' })
}
