import { freshLoginLife, type Lists } from '@rack-gateway/auth/store'
import type { Principal } from '@rack-gateway/rbac-policy'
import type { FastifyInstance } from 'fastify'
import { NotAllowed } from '../../errors/errors.ts'

export interface LoginCaller {
  readonly principal: Principal
  /** Null without a cookie. */
  readonly csrfToken: string | null
  readonly lists: Pick<Lists, 'session'>
}

/**
 * Whether the user logged in within the last five minutes, in this browser, or for a CLI session that they allowed to
 * change second factors. Other tokens are stored on disk, so their logins do not count.
 */
export async function hasFreshLogin(
  { clock }: Pick<FastifyInstance, 'clock'>,
  { principal, csrfToken, lists }: LoginCaller,
): Promise<boolean> {
  if (principal.kind !== 'user') return false
  const { authenticatedAt, purpose } = await lists.session(principal.credential)
  if (csrfToken === null && purpose !== 'second-factors') return false
  return authenticatedAt.getTime() >= clock.now() - freshLoginLife
}

export const codeOnlyAfterLogin =
  'A code proves a change of your second factors only in a browser whose login is at most five minutes old.'

/** The denial of a change of second factors that was proved with a code, but without a fresh login. */
export function passkeyOrFreshLogin(publicUrl: string | null): Error {
  return new NotAllowed(
    codeOnlyAfterLogin,
    `Log in again in the browser at ${publicUrl ?? ''}/gateway/second-factors, or prove a passkey.`,
    { rule: 'old-login' },
  )
}
