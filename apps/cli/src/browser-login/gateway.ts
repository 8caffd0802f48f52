import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import { GatewayUnreachable, LoginFailed } from '../errors.ts'
import { errorIn, refusalOf } from '../gateway/gateway-refusal.ts'
import { askGateway, type GatewayAnswer } from '../gateway/gateway-request.ts'
import type { GatewayTrust } from '../gateway/tls/gateway-trust.ts'

const Session = Type.Object({
  id: Type.String({ pattern: '^[0-9a-f-]{36}$' }),
  token: Type.String({ pattern: '^rgs_[A-Za-z0-9]{1,200}$' }),
  expiresAt: Type.String(),
  renewAt: Type.String(),
})
/** What a login ends in. */
export type Session = Static<typeof Session>

const BegunLoopback = Type.Object({ address: Type.String() })
const BegunDevice = Type.Object({
  code: Type.String({ pattern: '^[A-Z]{4}-[A-Z]{4}$' }),
  address: Type.String(),
  secret: Type.String(),
  intervalSeconds: Type.Integer({ minimum: 1, maximum: 60 }),
})
const Polled = Type.Object({
  status: Type.Enum(['pending', 'denied', 'expired', 'done']),
  session: Type.Optional(Session),
})

export interface LoginRequest {
  readonly device: string
  readonly system: string
  readonly rack?: string
}

export interface LoopbackRequest extends LoginRequest {
  readonly challenge: string
  readonly port: number
  readonly path: string
  readonly state: string
}

interface Place {
  readonly origin: string
  readonly trust: GatewayTrust | undefined
}

/** What the gateway says about logins, before there is a token. Each throws LoginFailed for what it refuses, and GatewayUnreachable. */
export function loginsAt(origin: string, trust: GatewayTrust | undefined) {
  const place = { origin, trust }
  return {
    async beginLoopback(request: LoopbackRequest): Promise<string> {
      return ownAddress(origin, (await ask(place, '/loopback', request, BegunLoopback)).address)
    },
    redeem: (code: string, verifier: string): Promise<Session> =>
      ask(place, '/loopback/redemption', { code, verifier }, Session),
    async beginDevice(request: LoginRequest): Promise<Static<typeof BegunDevice>> {
      const begun = await ask(place, '/device', request, BegunDevice)
      return { ...begun, address: ownAddress(origin, begun.address) }
    },
    /** Seconds to wait when it is too early to ask. */
    async poll(secret: string, signal: AbortSignal): Promise<Static<typeof Polled> | number> {
      const answer = await post(place, '/device/poll', { secret }, signal)
      return answer.status === 429 ? pauseOf(answer) : understood(origin, answer, Polled)
    },
  }
}

/** A page of the gateway that was asked, and of no one else: it is opened unseen. */
function ownAddress(origin: string, address: string): string {
  if (address.startsWith(`${origin}/gateway/`) && /^[\x21-\x7e]+$/.test(address)) return address
  throw new GatewayUnreachable(
    `${origin} names a page that is not its own:`,
    'use the address that the gateway calls its own (PUBLIC_URL)',
  )
}

async function ask<T extends TSchema>(place: Place, path: string, request: object, type: T): Promise<Static<T>> {
  return understood(place.origin, await post(place, path, request), type)
}

function understood<T extends TSchema>(origin: string, answer: GatewayAnswer, type: T): Static<T> {
  const { status, value } = answer
  const isDone = status === 200 || status === 201
  if (isDone && Value.Check(type, value)) return value
  if (isDone) throw new GatewayUnreachable(`${origin} did not answer as a Rack Gateway does:`, 'check the address')
  const error = errorIn(value)
  if (status === 404)
    throw new LoginFailed(`${origin} has no logins by browser:`, 'use the token that you were given, with --token -')
  if (status >= 400 && status < 500 && error !== null)
    throw new LoginFailed(`${origin} refused the login: ${error.reason}`, error.remedy)
  throw refusalOf(origin, answer)
}

function post({ origin, trust }: Place, path: string, body: object, signal?: AbortSignal): Promise<GatewayAnswer> {
  return askGateway(origin, { path: `/cli-logins${path}`, trust, body, ...(signal && { signal }) })
}

/** Seconds that the gateway wants to be left alone. */
function pauseOf({ headers }: GatewayAnswer): number {
  const wait = Number(headers.get('retry-after'))
  return wait >= 1 && wait <= 600 ? wait : 5
}
