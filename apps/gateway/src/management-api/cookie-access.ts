import type { PrincipalEndpoint } from '@rack-gateway/gateway-api'
import type { FastifyInstance } from 'fastify'
import { NotAllowed } from '../errors/errors.ts'
import { hasFreshLogin, type LoginCaller } from './step-up/fresh-login.ts'

interface CookieCaller extends LoginCaller {
  /** Whether the request needs a proof of a second factor. A thief of the cookie cannot give that proof. */
  readonly needsProof: boolean
}

/**
 * Limits cookies at endpoints whose response contains a token, so that a stolen cookie cannot become a token.
 *
 * @throws NotAllowed
 */
export async function assertCookieAllowed(
  server: Pick<FastifyInstance, 'clock'>,
  { rejectedCookieRemedy, cookieRequires }: PrincipalEndpoint,
  { needsProof, ...caller }: CookieCaller,
): Promise<void> {
  if (caller.csrfToken === null) return
  if (rejectedCookieRemedy !== undefined)
    throw new NotAllowed('A browser session cannot issue tokens.', rejectedCookieRemedy, {
      rule: 'cookie-credential',
    })
  if (cookieRequires === undefined || needsProof || (await hasFreshLogin(server, caller))) return
  throw new NotAllowed(
    'Your login in this browser is older than five minutes, and only a newer login leads to a token.',
    'Log in again at /gateway/auth/login, and repeat the request then.',
    { rule: 'old-login' },
  )
}
