import {
  type JsonEndpointName,
  type NewSession,
  type RequestOf,
  type ResponseOf,
  readResponse,
  requestFor,
} from '@rack-gateway/gateway-api'
import { GatewayUnreachable, LoginFailed } from '../errors.ts'
import { errorIn, refusalOf } from '../gateway/gateway-refusal.ts'
import { askGateway, type GatewayAnswer } from '../gateway/gateway-request.ts'
import type { GatewayTrust } from '../gateway/tls/gateway-trust.ts'

export type LoginRequest = RequestOf<'beginDeviceLogin'>['body']
export type LoopbackRequest = RequestOf<'beginLoopbackLogin'>['body']

interface GatewayAddress {
  readonly origin: string
  readonly trust: GatewayTrust | undefined
}

/** What the gateway says about logins, before there is a token. Each throws LoginFailed for what it refuses, and GatewayUnreachable. */
export function loginsAt(origin: string, trust: GatewayTrust | undefined) {
  const place = { origin, trust }
  return {
    async beginLoopback(request: LoopbackRequest): Promise<string> {
      return ownAddress(origin, (await ask(place, 'beginLoopbackLogin', { body: request })).address)
    },
    redeem: (code: string, verifier: string): Promise<NewSession> =>
      ask(place, 'redeemLoopbackLogin', { body: { code, verifier } }),
    async beginDevice(request: LoginRequest): Promise<ResponseOf<'beginDeviceLogin'>> {
      const begun = await ask(place, 'beginDeviceLogin', { body: request })
      return { ...begun, address: ownAddress(origin, begun.address) }
    },
    /** Seconds to wait when it is too early to ask. */
    async poll(secret: string, signal: AbortSignal): Promise<ResponseOf<'pollDeviceLogin'> | number> {
      const answer = await send(place, 'pollDeviceLogin', { body: { secret } }, signal)
      return answer.status === 429 ? pauseOf(answer) : understood(origin, answer, 'pollDeviceLogin')
    },
  }
}

/** A page of the gateway that was asked, and of no one else: it is opened unseen. */
function ownAddress(origin: string, address: string): string {
  if (address.startsWith(`${origin}/gateway/`) && /^[\x21-\x7e]+$/.test(address)) return address
  throw new GatewayUnreachable(
    `${origin} names a login page at another address.`,
    'Use the address in the setting PUBLIC_URL of the gateway.',
  )
}

async function ask<N extends JsonEndpointName>(
  place: GatewayAddress,
  name: N,
  request: RequestOf<N>,
): Promise<ResponseOf<N>> {
  return understood(place.origin, await send(place, name, request), name)
}

function understood<N extends JsonEndpointName>(origin: string, answer: GatewayAnswer, name: N): ResponseOf<N> {
  const { status, value } = answer
  const isDone = status === 200 || status === 201
  const response = isDone ? readResponse(name, value) : null
  if (response !== null) return response
  if (isDone) throw new GatewayUnreachable(`${origin} did not answer like a Rack Gateway.`, 'Check the address.')
  const error = errorIn(value)
  if (status === 404)
    throw new LoginFailed(
      `${origin} has no login with a browser.`,
      'Pass the token that you were given, with --token -',
    )
  if (status >= 400 && status < 500 && error !== null)
    throw new LoginFailed(`${origin} refused the login: ${error.reason}`, error.remedy)
  throw refusalOf(origin, answer)
}

function send<N extends JsonEndpointName>(
  { origin, trust }: GatewayAddress,
  name: N,
  request: RequestOf<N>,
  signal?: AbortSignal,
): Promise<GatewayAnswer> {
  return askGateway(origin, { ...requestFor(name, request), trust, ...(signal && { signal }) })
}

/** Seconds that the gateway wants to be left alone. */
function pauseOf({ headers }: GatewayAnswer): number {
  const wait = Number(headers.get('retry-after'))
  return wait >= 1 && wait <= 600 ? wait : 5
}
