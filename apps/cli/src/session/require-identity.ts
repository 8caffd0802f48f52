import { asSentences } from '@rack-gateway/errors'
import { GatewayUnreachable, GatewayUntrusted, TokenRefused } from '../errors.ts'
import { askMe, type MeAnswer } from '../gateway/gateway-client.ts'
import { noAnswer } from '../gateway/gateway-request.ts'
import { printable, withoutPunctuation } from '../output/terminal.ts'
import type { Target } from '../target/target.ts'

export type KnownIdentity = MeAnswer & { readonly kind: 'known' }

/** What the gateway says of a token's bearer. @throws TokenRefused, GatewayUnreachable, GatewayUntrusted */
export async function known(target: Pick<Target, 'name' | 'origin' | 'token' | 'trust'>): Promise<KnownIdentity> {
  const answer = await askMe(target)
  if (answer.kind === 'known') return answer
  throw identityError(target, answer)
}

/** The account is the problem, so the address and a new token are no matter. */
function accountRefused(reason: string, next: string): Error {
  const words = asSentences({ reason, remedy: next })
  return new TokenRefused(words.reason, words.remedy)
}

/** Says why nothing is known, and what to do. */
export function identityError(
  { name, origin }: Pick<Target, 'name' | 'origin'>,
  answer: Exclude<MeAnswer, { readonly kind: 'known' }>,
): Error {
  if (answer.kind === 'refused' && answer.next !== null) return accountRefused(answer.reason, answer.next)
  if (answer.kind === 'refused')
    return new TokenRefused(
      `${origin} refused the token: ${withoutPunctuation(answer.reason)}.`,
      name === null
        ? 'Replace the token in RACK_GATEWAY_TOKEN or RACK_URL.'
        : `Log in again with: rack-gateway login ${printable(name)}`,
    )
  if (answer.kind === 'unsupported')
    return new GatewayUnreachable(
      `${origin} cannot tell who the token belongs to.`,
      'Check that it is the address of a Rack Gateway.',
    )
  if (answer.kind === 'distrusted') return new GatewayUntrusted(answer.words.reason, answer.words.remedy)
  const { reason, next } = answer.kind === 'unreachable' ? answer : { reason: answer.reason, next: 'check the address' }
  return noAnswer(origin, { reason, next, distrusted: null })
}
