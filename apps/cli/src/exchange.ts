import type { Secret } from '@rack-gateway/config/client'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { GatewayUnreachable, TokenRefused } from './errors.ts'
import { bodyOf, deadlineMs, failure, parsed, sentenceOf } from './gateway-client.ts'
import { printable } from './terminal.ts'
import { version } from './version.ts'

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

/** Exchanges a job's OIDC token for one of the gateway's. @throws TokenRefused, GatewayUnreachable */
export async function exchangeJobToken(origin: string, jwt: Secret, trust: string | null): Promise<JobSession> {
  const { status, body } = await post(origin, jwt, trust)
  const answer = parsed(body)
  if (status === 201 && Value.Check(Session, answer)) return { ...answer, racks: answer.racks.map(({ name }) => name) }
  if (status >= 400 && status < 500 && status !== 404)
    throw new TokenRefused(`${origin} refused this job: ${printable(sentenceOf(answer) ?? `status ${status}`)}`)
  const reason = sentenceOf(answer) ?? `it answered with status ${status}, and not as a Rack Gateway does`
  throw new GatewayUnreachable(`${origin} could not let this job in: ${printable(reason)}`)
}

async function post(origin: string, jwt: Secret, trust: string | null): Promise<{ status: number; body: string }> {
  try {
    const answer = await fetch(`${origin}/gateway/api/v1/workload-sessions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${jwt.reveal()}`,
        'content-type': 'application/json',
        'user-agent': `rack-gateway/${version()}`,
      },
      body: JSON.stringify(trust === null ? {} : { trust }),
      redirect: 'manual',
      signal: AbortSignal.timeout(deadlineMs),
    })
    return { status: answer.status, body: (await bodyOf(answer)) ?? '' }
  } catch (error) {
    throw new GatewayUnreachable(
      `${origin} could not be asked: ${printable(failure(error))}; check the address and the network`,
    )
  }
}
