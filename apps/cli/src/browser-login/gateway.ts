import {
  type JsonEndpointName,
  type NewSession,
  type RequestOf,
  type ResponseOf,
  readResponse,
  requestFor,
} from '@rack-gateway/gateway-api'
import { GatewayUnreachable, LoginFailed } from '../errors/errors.ts'
import { errorFromResponse, parseGatewayError } from '../gateway/gateway-error.ts'
import { askGateway, type GatewayResponse } from '../gateway/gateway-request.ts'
import type { GatewayTrust } from '../gateway/tls/gateway-trust.ts'

export type LoginRequest = RequestOf<'beginDeviceLogin'>['body']
export type LoopbackRequest = RequestOf<'beginLoopbackLogin'>['body']

interface GatewayAddress {
  readonly origin: string
  readonly tlsTrust: GatewayTrust | undefined
}

/**
 * The login endpoints need no token. Each call throws LoginFailed if the gateway rejects the login, and otherwise the
 * errors of `askGateway` and `errorFromResponse`.
 */
export function createLoginClient(origin: string, tlsTrust: GatewayTrust | undefined) {
  const gateway = { origin, tlsTrust }
  return {
    async beginLoopback(request: LoopbackRequest): Promise<string> {
      return checkedAddress(origin, (await call(gateway, 'beginLoopbackLogin', { body: request })).address)
    },
    redeem: (code: string, verifier: string): Promise<NewSession> =>
      call(gateway, 'redeemLoopbackLogin', { body: { code, verifier } }),
    async beginDevice(request: LoginRequest): Promise<ResponseOf<'beginDeviceLogin'>> {
      const login = await call(gateway, 'beginDeviceLogin', { body: request })
      return { ...login, address: checkedAddress(origin, login.address) }
    },
    /** @returns the response, or the seconds to wait if the gateway limits the rate */
    async poll(secret: string, signal: AbortSignal): Promise<ResponseOf<'pollDeviceLogin'> | number> {
      const received = await send(gateway, 'pollDeviceLogin', { body: { secret } }, signal)
      return received.status === 429 ? retryAfter(received) : parseResponse(origin, received, 'pollDeviceLogin')
    },
  }
}

/** The user trusts this address, so it must be a page of the gateway itself. */
function checkedAddress(origin: string, address: string): string {
  if (address.startsWith(`${origin}/gateway/`) && /^[\x21-\x7e]+$/.test(address)) return address
  throw new GatewayUnreachable(
    `The login page that ${origin} gives is at another address.`,
    'Use the address in the setting PUBLIC_URL of the gateway.',
  )
}

async function call<N extends JsonEndpointName>(
  gateway: GatewayAddress,
  name: N,
  request: RequestOf<N>,
): Promise<ResponseOf<N>> {
  return parseResponse(gateway.origin, await send(gateway, name, request), name)
}

function parseResponse<N extends JsonEndpointName>(origin: string, received: GatewayResponse, name: N): ResponseOf<N> {
  const { status, value } = received
  const isSuccess = status === 200 || status === 201
  const response = isSuccess ? readResponse(name, value) : null
  if (response !== null) return response
  if (isSuccess) throw new GatewayUnreachable(`${origin} did not answer like a Rack Gateway.`, 'Check the address.')
  const error = parseGatewayError(value)
  if (status === 404)
    throw new LoginFailed(
      `${origin} has no login with a browser.`,
      'Get an API token from an administrator, and pass it with --token -',
    )
  if (status >= 400 && status < 500 && error !== null)
    throw new LoginFailed(`${origin} rejected the login: ${error.reason}`, error.remedy)
  throw errorFromResponse(origin, received)
}

function send<N extends JsonEndpointName>(
  { origin, tlsTrust }: GatewayAddress,
  name: N,
  request: RequestOf<N>,
  signal?: AbortSignal,
): Promise<GatewayResponse> {
  return askGateway(origin, { ...requestFor(name, request), tlsTrust, ...(signal && { signal }) })
}

/** The seconds until the next poll; 5 if the header is missing or out of range. */
function retryAfter({ headers }: GatewayResponse): number {
  const seconds = Number(headers.get('retry-after'))
  return seconds >= 1 && seconds <= 600 ? seconds : 5
}
