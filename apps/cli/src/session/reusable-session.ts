import { type ClientConfig, entryOf, type GatewayEntry, Secret } from '@rack-gateway/config/client'
import type { Context } from '../context.ts'
import { askMe, type MeAnswer } from '../gateway/gateway-client.ts'
import type { GatewayTrust } from '../gateway/tls/gateway-trust.ts'
import { readToken } from '../token-store/stored-token.ts'
import { expiryOf } from './expiry.ts'

export interface SessionRequest {
  readonly origin: string
  /** By `--as-rack`. */
  readonly rack: string | undefined
  /** The entry that the name has at this address. */
  readonly kept: GatewayEntry | null
  readonly trust: GatewayTrust | undefined
}

export interface ReusableSession {
  readonly token: Secret
  readonly answer: MeAnswer & { readonly kind: 'known' }
}

/**
 * The session that another name at this address is logged in with, where it does for this one: it is good, and not bound
 * to one rack. Null for a name that is logged in with it already: who logs in again wants a new one.
 */
export async function reusableSession(
  context: Context,
  config: ClientConfig,
  { origin, rack, kept, trust }: SessionRequest,
): Promise<ReusableSession | null> {
  const holder = { kind: 'session', origin } as const
  const entry = entryOf(config, holder)
  const isForIt = kept === null || (rack !== undefined && rack !== kept.rack)
  if (entry === null || !isForIt || expiryOf(entry.expires_at, context.now).state === 'expired') return null
  const token = await readToken(context, { holder, entry }).catch(() => null)
  if (token === null) return null
  const answer = await askMe({ origin, token: new Secret(token), trust })
  return answer.kind === 'known' && answer.me.rack === null ? { token: new Secret(token), answer } : null
}
