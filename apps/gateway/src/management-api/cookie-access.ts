import { freshLoginLife, type Lists } from '@rack-gateway/auth/store'
import type { PrincipalEndpoint } from '@rack-gateway/gateway-api'
import type { Principal } from '@rack-gateway/rbac-policy'
import { NotPermitted, withRule } from '../errors.ts'

interface CookieCaller {
  readonly principal: Principal
  /** Null without a cookie. */
  readonly csrfToken: string | null
  readonly lists: Pick<Lists, 'session'>
  readonly now: () => number
  /** Whether the request needs a proof of a second factor, which a stolen cookie can't have either. */
  readonly needsProof: boolean
}

/**
 * Limits what a cookie can do with an endpoint whose response contains a token, so that a stolen cookie cannot become a token.
 *
 * @throws NotPermitted
 */
export async function assertCookieAllowed(
  { cookieAlternative, cookieRequires }: PrincipalEndpoint,
  { principal, csrfToken, lists, now, needsProof }: CookieCaller,
): Promise<void> {
  if (csrfToken === null) return
  if (cookieAlternative !== undefined)
    throw withRule(new NotPermitted('A browser session cannot issue tokens.', cookieAlternative), 'cookie-credential')
  if (cookieRequires === undefined || needsProof) return
  const { authenticatedAt } = await lists.session(principal.credential)
  if (authenticatedAt.getTime() >= now() - freshLoginLife) return
  throw withRule(
    new NotPermitted(
      'Your login in this browser is older than five minutes, and only a newer login leads to a token.',
      'Log in again at /gateway/auth/login, and repeat the request then.',
    ),
    'old-login',
  )
}
