import type { FastifyRequest } from 'fastify'
import { NotPermitted, ruled } from '../errors.ts'
import type { CallerEndpoint } from './endpoints.ts'

/** What answers with a token for the rack API isn't done by a browser's session: no stolen cookie leads to one. @throws NotPermitted */
export function refuseCookie({ csrfToken }: FastifyRequest, { insteadOfCookie }: CallerEndpoint): void {
  if (csrfToken === null || insteadOfCookie === undefined) return
  throw ruled(new NotPermitted('a browser’s session gets no token for programs:', insteadOfCookie), 'cookie-credential')
}
