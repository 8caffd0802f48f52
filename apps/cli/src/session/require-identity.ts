import { asSentences } from '@rack-gateway/errors'
import { GatewayUnreachable, GatewayUntrusted, TokenRejected } from '../errors/errors.ts'
import { askMe, type MeAnswer } from '../gateway/gateway-client.ts'
import { unreachableError } from '../gateway/gateway-request.ts'
import type { Target } from '../rack-choice/local/target.ts'
import { printable, withoutPunctuation } from '../terminal/terminal.ts'

export type KnownIdentity = MeAnswer & { readonly kind: 'known' }

/** @throws TokenRejected, GatewayUnreachable, GatewayUntrusted */
export async function requireIdentity(
  target: Pick<Target, 'name' | 'origin' | 'token' | 'tlsTrust'>,
): Promise<KnownIdentity> {
  const answer = await askMe(target)
  if (answer.kind === 'known') return answer
  throw identityError(target, answer)
}

/** The account is locked or disabled, so the message does not advise to check the gateway or to get a new token. */
function accountDenied(reason: string, remedy: string): Error {
  const sentences = asSentences({ reason, remedy })
  return new TokenRejected(sentences.reason, sentences.remedy)
}

export function identityError(
  { name, origin }: Pick<Target, 'name' | 'origin'>,
  answer: Exclude<MeAnswer, { readonly kind: 'known' }>,
): Error {
  if (answer.kind === 'rejected' && answer.remedy !== null) return accountDenied(answer.reason, answer.remedy)
  if (answer.kind === 'rejected')
    return new TokenRejected(
      `${origin} rejected the token: ${withoutPunctuation(answer.reason)}.`,
      name === null
        ? 'Replace the token in RACK_GATEWAY_TOKEN or RACK_URL.'
        : `Log in again with: rack-gateway login ${printable(name)}`,
    )
  if (answer.kind === 'unsupported')
    return new GatewayUnreachable(
      `${origin} cannot tell who the token belongs to.`,
      'Check that it is the address of a Rack Gateway.',
    )
  if (answer.kind === 'untrusted') return new GatewayUntrusted(answer.explanation.reason, answer.explanation.remedy)
  if (answer.kind === 'unexpected') return unexpectedServer(origin, answer.reason)
  return unreachableError(origin, { reason: answer.reason, remedy: answer.remedy, untrusted: null })
}

export function unexpectedServer(origin: string, reason: string): Error {
  return new GatewayUnreachable(`${origin} does not answer like a Rack Gateway (${reason}).`, 'Check the address.')
}
