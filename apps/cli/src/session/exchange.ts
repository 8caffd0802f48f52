import type { Secret } from '@rack-gateway/config/client'
import { readResponse, requestFor } from '@rack-gateway/gateway-api'
import { GatewayUnreachable, TokenRejected } from '../errors.ts'
import { errorFromResponse, parseGatewayError } from '../gateway/gateway-error.ts'
import { askGateway } from '../gateway/gateway-request.ts'

export interface JobSession {
  readonly token: string
  /** The names of the racks on which the job has a role. */
  readonly racks: readonly string[]
}

/** @throws TokenRejected, and as `askGateway` and `errorFromResponse` */
export async function exchangeJobToken(origin: string, jwt: Secret, trust: string | null): Promise<JobSession> {
  const answer = await askGateway(origin, {
    ...requestFor('exchangeJobToken', { body: trust === null ? {} : { trust } }),
    token: jwt,
  })
  const { status, value } = answer
  // The schema permits only characters that need no quotes in a shell.
  const session = status === 201 ? readResponse('exchangeJobToken', value) : null
  if (session !== null) return { token: session.token, racks: session.racks.map(({ name }) => name) }
  if (status === 201)
    throw new GatewayUnreachable(`${origin} did not answer like a Rack Gateway.`, 'Check the address.')
  const error = parseGatewayError(value)
  // Other client errors, such as 403, are also about the job's token.
  if (error !== null && status >= 400 && status < 500 && status !== 404 && status !== 429)
    throw new TokenRejected(`${origin} rejected this job: ${error.reason}`, error.remedy)
  throw errorFromResponse(origin, answer)
}
