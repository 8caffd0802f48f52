import type { Explanation } from '@rack-gateway/errors'
import { type Me, type RenewedSession, readResponse, requestFor } from '@rack-gateway/gateway-api'
import type { GatewayAccess } from './gateway-api.ts'
import { parseGatewayError } from './gateway-error.ts'
import { type GatewayResponse, tryGateway } from './gateway-request.ts'
import { explainProxyPage } from './proxy-page.ts'

export type MeResponse =
  | { readonly kind: 'known'; readonly me: Me; readonly expiresAt: string }
  /** The gateway rejects the token. */
  | {
      readonly kind: 'rejected'
      readonly reason: string
      /** Set if another token would not help, because the account is locked or disabled. */
      readonly remedy: string | null
    }
  /** The server has no such operation. */
  | { readonly kind: 'unsupported' }
  /** There is no connection, or the server has failed. */
  | { readonly kind: 'unreachable'; readonly reason: string; readonly remedy: string }
  /** The certificate cannot be trusted, so nothing was sent. */
  | { readonly kind: 'untrusted'; readonly explanation: Explanation }
  /** The server does not answer like a gateway. */
  | { readonly kind: 'unexpected'; readonly reason: string }

/** Rules that deny every token of an account. */
const accountRules: ReadonlySet<string> = new Set(['locked-user', 'disabled-service-account'])

const unknownRejection = 'it has expired, was revoked, or belongs to another gateway'

/** @param deadline milliseconds; the default is that of `tryGateway` */
export async function askMe({ origin, token, tlsTrust }: GatewayAccess, deadline?: number): Promise<MeResponse> {
  const response = await tryGateway(origin, { ...requestFor('me', {}), token, tlsTrust, ...(deadline && { deadline }) })
  if (response.kind === 'unanswered')
    return response.untrusted === null
      ? { kind: 'unreachable', reason: response.reason, remedy: response.remedy }
      : { kind: 'untrusted', explanation: response.untrusted }
  if (response.status === 200) return parseMe(response)
  if (response.status === 401) {
    const error = parseGatewayError(response.value)
    const isAccount = error !== null && accountRules.has(error.rule)
    return { kind: 'rejected', reason: error?.reason ?? unknownRejection, remedy: isAccount ? error.remedy : null }
  }
  if (response.status === 404) return { kind: 'unsupported' }
  const page = explainProxyPage(response)
  if (page !== null) return { kind: 'unreachable', ...page }
  const reason = parseGatewayError(response.value)?.sentence ?? `it answered with status ${response.status}`
  if (response.status < 500) return { kind: 'unexpected', reason }
  return { kind: 'unreachable', reason, remedy: 'Try again in a moment.' }
}

/** Longer than the gateway waits for an identity provider: a new token is lost if the CLI has stopped waiting. */
export const renewalDeadlineMs = 20_000
const endDeadlineMs = 3_000

/** @returns the new token; `never` if the gateway does not renew this session; `later` if the request failed */
export async function askRenewal(
  { origin, token, tlsTrust }: GatewayAccess,
  signal?: AbortSignal,
): Promise<RenewedSession | 'never' | 'later'> {
  const response = await tryGateway(origin, {
    ...requestFor('renewSession', {}),
    token,
    tlsTrust,
    deadline: renewalDeadlineMs,
    ...(signal && { signal }),
  }).catch(() => null)
  if (response === null || response.kind === 'unanswered') return 'later'
  const { status, value } = response
  if (status === 403 || status === 404 || status === 409) return 'never'
  return (status === 200 && readResponse('renewSession', value)) || 'later'
}

/** Revokes a session that could not be stored. Ignores failures, because the session also expires. */
export async function endSession({ origin, token, tlsTrust }: GatewayAccess, id: string): Promise<void> {
  await tryGateway(origin, { ...requestFor('endSession', { id }), token, tlsTrust, deadline: endDeadlineMs })
}

function parseMe({ value }: GatewayResponse): MeResponse {
  const me = readResponse('me', value)
  if (me === null) return { kind: 'unexpected', reason: 'its response is not that of a Rack Gateway' }
  return { kind: 'known', me, expiresAt: new Date(me.expiresAt).toISOString() }
}
