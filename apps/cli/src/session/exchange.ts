import type { Secret } from '@rack-gateway/config/client'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { GatewayUnreachable, TokenRefused } from '../errors.ts'
import { errorIn, refusalOf } from '../gateway/gateway-refusal.ts'
import { askGateway } from '../gateway/gateway-request.ts'

/** What comes is put into a shell: nothing but what needs no quotes there is taken. */
const Session = Type.Object({
  token: Type.String({ pattern: '^rgw_[0-9A-Za-z]{63}$' }),
  racks: Type.Array(Type.Object({ name: Type.String({ pattern: '^[a-z0-9][a-z0-9-]*$' }) })),
})

export interface JobSession {
  readonly token: string
  /** Names of those that the job may use. */
  readonly racks: readonly string[]
}

/** Exchanges a job's OIDC token for one of the gateway's. @throws TokenRefused, and as `refusalOf` */
export async function exchangeJobToken(origin: string, jwt: Secret, trust: string | null): Promise<JobSession> {
  const answer = await askGateway(origin, {
    path: '/workload-sessions',
    token: jwt,
    body: trust === null ? {} : { trust },
  })
  const { status, value } = answer
  if (status === 201 && Value.Check(Session, value)) return { ...value, racks: value.racks.map(({ name }) => name) }
  if (status === 201)
    throw new GatewayUnreachable(`${origin} did not answer as a Rack Gateway does:`, 'check the address')
  const error = errorIn(value)
  // Whatever it is, it is the job's token that wasn't taken.
  if (error !== null && status >= 400 && status < 500 && status !== 404 && status !== 429)
    throw new TokenRefused(`${origin} refused this job: ${error.reason}`, error.remedy)
  throw refusalOf(origin, answer)
}
