import { type ClientConfig, entryOf, type GatewayEntry, Secret } from '@rack-gateway/config/client'
import { askMe, type MeResponse } from '../gateway/gateway-client.ts'
import type { GatewayTrust } from '../gateway/tls/gateway-trust.ts'
import type { Context } from '../invocation/context.ts'
import { expiryOf } from '../token/expiry.ts'
import { readToken } from '../token-store/stored-token.ts'

export interface SessionRequest {
  readonly origin: string
  /** The value of `--as-rack`. */
  readonly rack: string | undefined
  /** The entry of this name in the file; null if there is none, or if it is for another gateway. */
  readonly existing: GatewayEntry | null
  readonly tlsTrust: GatewayTrust | undefined
}

export interface ReusableSession {
  readonly token: Secret
  readonly response: MeResponse & { readonly kind: 'known' }
}

/**
 * Finds a valid session that another name at this address uses, and that is not bound to one rack.
 *
 * @returns null if there is none, or if the name already has this address and rack: a second login gets a new session
 */
export async function reusableSession(
  context: Context,
  config: ClientConfig,
  { origin, rack, existing, tlsTrust }: SessionRequest,
): Promise<ReusableSession | null> {
  const slot = { kind: 'session', origin } as const
  const entry = entryOf(config, slot)
  const isNewName = existing === null || (rack !== undefined && rack !== existing.rack)
  if (entry === null || !isNewName || expiryOf(entry.expires_at, context.now).state === 'expired') return null
  const token = await readToken(context, { slot, entry }).catch(() => null)
  if (token === null) return null
  const response = await askMe({ origin, token: new Secret(token), tlsTrust })
  return response.kind === 'known' && response.me.rack === null ? { token: new Secret(token), response } : null
}
