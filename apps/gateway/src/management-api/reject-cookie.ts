import type { PrincipalEndpoint } from '@rack-gateway/gateway-api'
import type { FastifyRequest } from 'fastify'
import { NotPermitted, withRule } from '../errors.ts'

/** Rejects cookie authentication if the response contains a token, so that a stolen cookie cannot become a token. @throws NotPermitted */
export function rejectCookie({ csrfToken }: FastifyRequest, { cookieAlternative }: PrincipalEndpoint): void {
  if (csrfToken === null || cookieAlternative === undefined) return
  throw withRule(new NotPermitted('A browser session cannot issue tokens.', cookieAlternative), 'cookie-credential')
}
