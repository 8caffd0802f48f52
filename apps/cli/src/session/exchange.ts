import type { Secret } from '@rack-gateway/config/client'
import { readResponse, requestFor } from '@rack-gateway/gateway-api'
import { GatewayUnreachable, TokenRefused } from '../errors.ts'
import { errorIn, refusalOf } from '../gateway/gateway-refusal.ts'
import { askGateway } from '../gateway/gateway-request.ts'

export interface JobSession {
  readonly token: string
  /** Names of those that the job may use. */
  readonly racks: readonly string[]
}

/** Exchanges a job's OIDC token for one of the gateway's. @throws TokenRefused, and as `refusalOf` */
export async function exchangeJobToken(origin: string, jwt: Secret, trust: string | null): Promise<JobSession> {
  const answer = await askGateway(origin, {
    ...requestFor('exchangeJobToken', { body: trust === null ? {} : { trust } }),
    token: jwt,
  })
  const { status, value } = answer
  // Its schema permits only characters that need no quotes in a shell.
  const session = status === 201 ? readResponse('exchangeJobToken', value) : null
  if (session !== null) return { token: session.token, racks: session.racks.map(({ name }) => name) }
  if (status === 201)
    throw new GatewayUnreachable(`${origin} did not answer like a Rack Gateway.`, 'Check the address.')
  const error = errorIn(value)
  // Whatever it is, it is the job's token that wasn't taken.
  if (error !== null && status >= 400 && status < 500 && status !== 404 && status !== 429)
    throw new TokenRefused(`${origin} refused this job: ${error.reason}`, error.remedy)
  throw refusalOf(origin, answer)
}
