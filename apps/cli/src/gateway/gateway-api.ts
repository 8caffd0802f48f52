import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { GatewayUnreachable } from '../errors.ts'
import type { Target } from '../target/target.ts'
import { isMissing, refusalOf } from './gateway-refusal.ts'
import { askGateway, type GatewayRequest } from './gateway-request.ts'

/** Where to ask, and with which token. */
export type Asker = Pick<Target, 'origin' | 'token' | 'trust'>

export interface Question<S extends TSchema> extends Omit<GatewayRequest, 'token'> {
  /** What the answer has at least. */
  readonly answer: S
  /** What to throw where there is no such thing. */
  readonly missing?: Error
}

/** Asks the gateway's own API for something of a known shape. @throws what `askGateway` and `refusalOf` say */
export async function callGateway<S extends TSchema>(asker: Asker, question: Question<S>): Promise<Static<S>> {
  const { answer: schema, missing, ...request } = question
  const { origin, token, trust } = asker
  const answer = await askGateway(origin, { ...request, token, trust })
  if (missing !== undefined && isMissing(answer)) throw missing
  if (answer.status !== 200 && answer.status !== 201) throw refusalOf(origin, answer)
  if (answer.value === undefined)
    throw new GatewayUnreachable(
      `${origin} sent an answer that is too long or no JSON:`,
      'ask for less with --limit, or check the address',
    )
  if (Value.Check(schema, answer.value)) return answer.value
  throw new GatewayUnreachable(`${origin} did not answer as a Rack Gateway does:`, 'check the address')
}
