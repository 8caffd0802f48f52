import type { FastifyRequest } from 'fastify'
import type { Clock } from '../clock.ts'
import { cookieAndCredential, idleSession, isDenial, noCredential, notOfBrowser, twoCookies } from '../denial.ts'
import { CsrfRefused, unauthenticated } from '../errors.ts'
import type { Identities } from '../principals/identities.ts'
import type { BrowserSessions } from '../sessions/browser-sessions.ts'
import type { TokenMint } from '../tokens/token.ts'
import { readAuthorization } from './credentials.ts'
import { callerAddress } from './source-address.ts'

export interface CookieSteps {
  readonly mint: TokenMint
  readonly identities: Identities
  readonly clock: Clock
  readonly browserSessions: BrowserSessions
}

/** Lets a browser's session in. @param values of the cookie, one for each time it was sent */
export async function authenticateCookie(
  { mint, identities, clock, browserSessions }: CookieSteps,
  request: FastifyRequest,
  values: readonly string[],
): Promise<void> {
  const [value = '', another] = values
  if (another !== undefined) throw unauthenticated(twoCookies)
  if (readAuthorization(request.raw.rawHeaders) !== noCredential) throw unauthenticated(cookieAndCredential)
  const credential = mint.read(value, clock.now())
  if (isDenial(credential)) throw unauthenticated(credential)
  if (credential.kind !== 'browser') throw unauthenticated(notOfBrowser)
  const principal = await identities.find(credential)
  if (isDenial(principal)) throw unauthenticated(principal)
  if (!(await browserSessions.use(principal.credential, callerAddress(request)))) throw unauthenticated(idleSession)
  request.principal = principal
  request.credential = credential
  request.csrfToken = browserSessions.csrfToken(credential)
  if (changes(request) && request.routeOptions.config.csrfByForm !== true)
    checkCsrf(request, request.headers['x-csrf-token'], browserSessions)
}

/** A websocket begins with a GET, and may do anything after it. */
function changes({ method, headers }: FastifyRequest): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(method) || headers.upgrade !== undefined
}

/** Whether a page of another site asks. */
export function asksElsewhere({ headers }: FastifyRequest, { origin: own }: Pick<BrowserSessions, 'origin'>): boolean {
  const { origin, 'sec-fetch-site': site } = headers
  return (origin !== undefined && origin !== own) || (site !== undefined && site !== 'same-origin')
}

/** That a page of the gateway asks, and no other. @throws CsrfRefused */
export function checkCsrf(request: FastifyRequest, token: unknown, browserSessions: BrowserSessions): void {
  if (asksElsewhere(request, browserSessions))
    throw refused(
      'this change was asked for by a page of another site, so it was refused',
      'make it on a page of the gateway itself',
    )
  if (request.credential === null || !browserSessions.isCsrfToken(request.credential, token))
    throw refused(
      'a change by a browser’s session needs its CSRF token, so that no other site can make it:',
      'send the csrfToken of GET /gateway/api/v1/me as the header X-CSRF-Token',
    )
}

function refused(reason: string, next: string): Error {
  return Object.assign(new CsrfRefused(reason, next), { rule: 'csrf' })
}
