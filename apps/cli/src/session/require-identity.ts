import { asSentences } from '@rack-gateway/errors'
import { GatewayUnreachable, GatewayUntrusted, TokenRejected } from '../errors/errors.ts'
import { askMe, type MeResponse } from '../gateway/gateway-client.ts'
import { unreachableError } from '../gateway/gateway-request.ts'
import type { Target } from '../rack-choice/local/target.ts'
import { printable, withoutPunctuation } from '../terminal/terminal.ts'

export type KnownIdentity = MeResponse & { readonly kind: 'known' }

/** @throws TokenRejected, GatewayUnreachable, GatewayUntrusted */
export async function requireIdentity(
  target: Pick<Target, 'name' | 'origin' | 'token' | 'tlsTrust'>,
): Promise<KnownIdentity> {
  const response = await askMe(target)
  if (response.kind === 'known') return response
  throw identityError(target, response)
}

/** The account is locked or disabled, so the message does not advise to check the gateway or to get a new token. */
function accountDenied(reason: string, remedy: string): Error {
  const sentences = asSentences({ reason, remedy })
  return new TokenRejected(sentences.reason, sentences.remedy)
}

export function identityError(
  { name, origin }: Pick<Target, 'name' | 'origin'>,
  response: Exclude<MeResponse, { readonly kind: 'known' }>,
): Error {
  if (response.kind === 'rejected' && response.remedy !== null) return accountDenied(response.reason, response.remedy)
  if (response.kind === 'rejected')
    return new TokenRejected(
      `${origin} rejected the token: ${withoutPunctuation(response.reason)}.`,
      name === null
        ? 'Replace the token in RACK_GATEWAY_TOKEN or RACK_URL.'
        : `Log in again with: rack-gateway login ${printable(name)}`,
    )
  if (response.kind === 'unsupported')
    return new GatewayUnreachable(
      `${origin} cannot tell who the token belongs to.`,
      'Check that it is the address of a Rack Gateway.',
    )
  if (response.kind === 'untrusted')
    return new GatewayUntrusted(response.explanation.reason, response.explanation.remedy)
  if (response.kind === 'unexpected') return unexpectedServer(origin, response.reason)
  return unreachableError(origin, { reason: response.reason, remedy: response.remedy, untrusted: null })
}

export function unexpectedServer(origin: string, reason: string): Error {
  return new GatewayUnreachable(`${origin} does not answer like a Rack Gateway (${reason}).`, 'Check the address.')
}
