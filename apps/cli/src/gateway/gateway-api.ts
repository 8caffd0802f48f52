import type { Secret } from '@rack-gateway/config/client'
import {
  createGatewayClient,
  type GatewayClient,
  type HttpRequest,
  type JsonEndpointName,
  type RequestOf,
  type ResponseOf,
} from '@rack-gateway/gateway-api'
import { GatewayUnreachable } from '../errors/errors.ts'
import type { Target } from '../rack-choice/local/target.ts'
import { errorFromResponse, isMissing } from './gateway-error.ts'
import { askGateway } from './gateway-request.ts'

/** The address of a gateway, and the token for it. */
export type GatewayAccess = Pick<Target, 'origin' | 'token' | 'tlsTrust' | 'proofs'>

export interface CallOptions {
  /** Thrown if the gateway has no such resource. */
  readonly missing?: Error
  /** Milliseconds until the whole response must have arrived. */
  readonly deadline?: number
}

/**
 * If the operation needs a proof of a second factor, asks the user for the proof, and repeats the request once.
 *
 * @throws as `askGateway` and `errorFromResponse`; StepUpNeeded, Interrupted
 */
export function callGateway<N extends JsonEndpointName>(
  gateway: GatewayAccess,
  name: N,
  request: RequestOf<N>,
  options?: CallOptions,
): Promise<ResponseOf<N>> {
  return clientFor(gateway).call(name, request, options)
}

function clientFor({ origin, token, tlsTrust, proofs }: GatewayAccess): GatewayClient<CallOptions> {
  return createGatewayClient<CallOptions>({
    async request(request: HttpRequest, { missing, ...options } = {}) {
      const send = (proof: Secret | null) =>
        askGateway(origin, {
          ...request,
          ...options,
          token,
          tlsTrust,
          ...(proof && { headers: { 'step-up': proof.reveal() } }),
        })
      const first = await send(proofs?.current() ?? null)
      const proof = (await proofs?.prove(first)) ?? null
      const response = proof === null ? first : await send(proof)
      if (missing !== undefined && isMissing(response)) throw missing
      if (response.status !== 200 && response.status !== 201) throw errorFromResponse(origin, response)
      if (response.value !== undefined) return response.value
      throw new GatewayUnreachable(
        `${origin} sent a response that is too long or not JSON.`,
        'Request fewer items with --limit, or check the address.',
      )
    },
    unexpectedResponse: () =>
      new GatewayUnreachable(`${origin} did not answer like a Rack Gateway.`, 'Check the address.'),
  })
}
