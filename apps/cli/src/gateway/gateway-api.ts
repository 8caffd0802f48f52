import {
  createGatewayClient,
  type GatewayClient,
  type HttpRequest,
  type JsonEndpointName,
  type RequestOf,
  type ResponseOf,
} from '@rack-gateway/gateway-api'
import { GatewayUnreachable } from '../errors.ts'
import type { Target } from '../target/target.ts'
import { isMissing, refusalOf } from './gateway-refusal.ts'
import { askGateway } from './gateway-request.ts'

/** Where to send requests, and with which token. */
export type Asker = Pick<Target, 'origin' | 'token' | 'trust'>

export interface CallOptions {
  /** Thrown if the gateway has no such resource. */
  readonly missing?: Error
  /** Milliseconds until the whole response must be there. */
  readonly deadline?: number
}

/** Calls an operation of the management API. @throws what `askGateway` and `refusalOf` say */
export function callGateway<N extends JsonEndpointName>(
  asker: Asker,
  name: N,
  request: RequestOf<N>,
  options?: CallOptions,
): Promise<ResponseOf<N>> {
  return clientFor(asker).call(name, request, options)
}

function clientFor({ origin, token, trust }: Asker): GatewayClient<CallOptions> {
  return createGatewayClient<CallOptions>({
    async request(request: HttpRequest, { missing, ...options } = {}) {
      const answer = await askGateway(origin, { ...request, ...options, token, trust })
      if (missing !== undefined && isMissing(answer)) throw missing
      if (answer.status !== 200 && answer.status !== 201) throw refusalOf(origin, answer)
      if (answer.value !== undefined) return answer.value
      throw new GatewayUnreachable(
        `${origin} sent an answer that is too long or no JSON:`,
        'ask for less with --limit, or check the address',
      )
    },
    unexpectedResponse: () =>
      new GatewayUnreachable(`${origin} did not answer as a Rack Gateway does:`, 'check the address'),
  })
}
