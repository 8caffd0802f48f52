import { Secret } from '@rack-gateway/config/client'
import type { Explanation } from '@rack-gateway/errors'
import {
  type ErrorResponse,
  type JsonEndpointName,
  type RequestOf,
  type ResponseOf,
  readResponse,
  requestFor,
  type StepUp,
} from '@rack-gateway/gateway-api'
import { GatewayUnreachable, StepUpNeeded } from '../errors/errors.ts'
import { errorFromResponse, parseGatewayError } from '../gateway/gateway-error.ts'
import { askGateway, type GatewayResponse, tryGateway } from '../gateway/gateway-request.ts'
import type { GatewayDenial, ProvingGateway } from './proofs/request-proofs.ts'

/** A proof of a second factor, for calls of the session that asked for the proof. */
export interface Proof {
  /** The ID of the step-up. */
  readonly id: string
  /** The value of the header `Step-Up`. */
  readonly secret: Secret
  readonly method: string
  /** RFC 3339. */
  readonly provedAt: string
}

/** `reason` and `remedy` are the gateway's sentences. */
export type CodeResponse =
  | { readonly kind: 'proved'; readonly proof: Proof }
  | { readonly kind: 'wrong'; readonly reason: string; readonly remedy: string }

/** Null if the call was denied for another reason. */
export function neededStepUpId({ status, value }: GatewayDenial): string | null {
  if (status !== 403 || parseGatewayError(value)?.code !== 'RGW_STEP_UP_NEEDED') return null
  const { stepUp } = value as Partial<ErrorResponse>
  return typeof stepUp?.id === 'string' ? stepUp.id : null
}

export function createStepUp(gateway: ProvingGateway, body: RequestOf<'createStepUp'>['body']): Promise<StepUp> {
  return call(gateway, 'createStepUp', { body })
}

/** True, too, if the gateway does not say. */
export async function hasSecondFactor(gateway: ProvingGateway): Promise<boolean> {
  const factors = await call(gateway, 'listSecondFactors', { query: { user: 'me', limit: 1 } }).catch(() => null)
  return factors === null || factors.items.length > 0
}

export function getStepUp(gateway: ProvingGateway, id: string): Promise<StepUp> {
  return call(gateway, 'getStepUp', { id })
}

/** @param code of an authenticator app, or a backup code @throws StepUpNeeded after too many attempts */
export async function proveWithCode(gateway: ProvingGateway, id: string, code: string): Promise<CodeResponse> {
  const method = /^[0-9]{6}$/.test(code) ? 'totp' : 'backup-code'
  const received = await send(gateway, 'proveStepUp', { id, body: { method, code } })
  const error = parseGatewayError(received.value)
  if (error?.code === 'RGW_FACTOR_NOT_PROVED') {
    const seconds = retryAfter(received)
    const { reason, remedy } = withoutRule(error)
    if (seconds === null) return { kind: 'wrong', reason, remedy }
    throw new StepUpNeeded(reason, withRetryTime(remedy, seconds))
  }
  const { proof, ...details } = read(gateway, 'proveStepUp', received)
  if (proof === null) throw unexpectedResponse(gateway)
  return { kind: 'proved', proof: { id, ...details, secret: new Secret(proof) } }
}

/** @param result from the browser */
export async function redeemStepUp(gateway: ProvingGateway, id: string, result: string): Promise<Proof> {
  const { proof, ...details } = await call(gateway, 'redeemStepUp', { id, body: { result } })
  return { id, ...details, secret: new Secret(proof) }
}

/** Milliseconds. A proof that is not ended expires. */
const endDeadline = 2_000

/** Ignores failures. */
export async function endStepUp({ origin, token, tlsTrust }: ProvingGateway, id: string): Promise<void> {
  const request = { ...requestFor('endStepUp', { id }), token, tlsTrust, deadline: endDeadline }
  await tryGateway(origin, request).catch(() => undefined)
}

async function call<N extends JsonEndpointName>(
  gateway: ProvingGateway,
  name: N,
  request: RequestOf<N>,
): Promise<ResponseOf<N>> {
  return read(gateway, name, await send(gateway, name, request))
}

function send<N extends JsonEndpointName>(
  { origin, token, tlsTrust, signal }: ProvingGateway,
  name: N,
  request: RequestOf<N>,
): Promise<GatewayResponse> {
  return askGateway(origin, { ...requestFor(name, request), token, tlsTrust, ...(signal && { signal }) })
}

function read<N extends JsonEndpointName>(gateway: ProvingGateway, name: N, received: GatewayResponse): ResponseOf<N> {
  const isSuccess = received.status === 200 || received.status === 201
  if (!isSuccess) throw errorFromResponse(gateway.origin, received)
  const response = readResponse(name, received.value)
  if (response === null) throw unexpectedResponse(gateway)
  return response
}

function unexpectedResponse({ origin }: ProvingGateway): Error {
  return new GatewayUnreachable(`${origin} did not answer like a Rack Gateway.`, 'Check the address.')
}

/** Removes the rule, which does not help a user who types a code. */
function withoutRule({ reason, remedy }: Explanation): Explanation {
  return { reason, remedy: remedy.replace(/ \(rule [^)]*\)$/, '') }
}

/** The seconds until another attempt; null if the header is missing, or is not a positive number. */
function retryAfter({ headers }: GatewayResponse): number | null {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  return Number.isFinite(seconds) && seconds > 0 ? seconds : null
}

/** Adds the time, unless the gateway's sentence has one. */
function withRetryTime(remedy: string, seconds: number): string {
  if (remedy.includes('try again')) return remedy
  const time = seconds < 120 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} minutes`
  return `${remedy} You can try again in ${time}.`
}
