import {
  type ClientConfig,
  type Credential,
  type CredentialSlot,
  entryOf,
  type GatewayEntry,
  gatewayAddress,
  gatewayOf,
  isNonInteractiveToken,
  type Secret,
  withCredential,
} from '@rack-gateway/config/client'
import type { Me } from '@rack-gateway/gateway-api'
import type { Context } from '../invocation/context.ts'
import { type StoredToken, storeToken, type TokenDetails } from '../token-store/stored-token.ts'

export interface Login {
  readonly name: string
  readonly origin: string
  readonly rack: string
  /** The absolute path of `--ca`. */
  readonly ca: string | undefined
  readonly token: Secret
  /** `new`: from a login or from `--token`. `existing`: from the session that exists for this address. */
  readonly source: 'new' | 'existing'
  /** The only rack of the token; null for all racks. */
  readonly boundTo: string | null
  readonly details: TokenDetails
}

export interface StoredLogin {
  /** Adds the login to the configuration. Unknown fields are kept. */
  change(current: ClientConfig): ClientConfig
  /** The credentials that this login replaces, to be deleted after the file is written. */
  readonly replaced: readonly Credential[]
  restore: StoredToken['restore']
}

/** Stores the token of a login. The caller must hold the credentials lock until the file is written, too. */
export async function storeLogin(context: Context, config: ClientConfig, login: Login): Promise<StoredLogin> {
  const slot = slotFor(login)
  const ownSlot = tokenSlot(login)
  const stored =
    login.source === 'new' ? await storeToken(context, config, { slot, token: login.token.reveal() }) : null
  const entry = slot.kind === 'session' ? entryOf(config, ownSlot) : null
  const replacedToken = stored?.replaced ?? null
  return {
    change: (current) => withLogin(current, login, stored),
    replaced: [
      ...(entry === null ? [] : [{ slot: ownSlot, entry }]),
      ...(replacedToken === null ? [] : [replacedToken]),
    ],
    restore: stored?.restore ?? (async () => null),
  }
}

function withLogin(config: ClientConfig, login: Login, stored: StoredToken | null): ClientConfig {
  const { name, origin, rack, ca, details } = login
  const slot = slotFor(login)
  const gateway = { ...reusableEntry(config, login), url: origin, rack, ...(ca !== undefined && { ca }) }
  const withGateway = { ...config, gateways: { ...config.gateways, [name]: gateway }, current: config.current ?? name }
  const base = slot.kind === 'session' ? withoutOwnToken(withGateway, login) : withGateway
  const existing = entryOf(base, slot)
  const { token: _, kept_in: __, url: ___, ...before } = existing ?? {}
  const entry = withoutUndefined({ ...before, ...details })
  if (stored === null) return withCredential(base, slot, { ...existing, ...entry })
  const written = withCredential(base, slot, { ...entry, ...stored.fields })
  return stored.isFirstFileNote ? { ...written, file_store_told: true } : written
}

/** `ca` and `relay` are settings for one gateway, so they are left out if the entry was for another gateway. */
function reusableEntry(config: ClientConfig, { name, origin }: Login): GatewayEntry | undefined {
  const entry = gatewayOf(config, name)
  if (entry === null) return undefined
  if (gatewayAddress(entry.url).origin === origin) return entry
  const { ca: _, relay: __, ...rest } = entry
  return rest
}

/** Removes the token of the name itself, which would take precedence over the shared session. */
function withoutOwnToken(config: ClientConfig, login: Login): ClientConfig {
  const ownSlot = tokenSlot(login)
  return entryOf(config, ownSlot) === null ? config : withCredential(config, ownSlot, null)
}

function tokenSlot({ name, origin }: Login): CredentialSlot {
  return { kind: 'token', origin, name }
}

/**
 * All names of an address share a session, unless the session is bound to one rack. An API token belongs to one name.
 */
function slotFor(login: Login): CredentialSlot {
  const { origin, token, boundTo } = login
  const isShared = boundTo === null && !isNonInteractiveToken(token.reveal())
  return isShared ? { kind: 'session', origin } : tokenSlot(login)
}

/** The gateway's response about the principal, in the form that the file has. */
export function confirmedIdentity(
  { kind, rack, racks, roles }: Me,
  now: number,
): NonNullable<TokenDetails['confirmed']> {
  return { at: new Date(now).toISOString(), kind, rack, racks, roles }
}

function withoutUndefined<T extends object>(value: T): T {
  const copy = { ...value }
  for (const [key, field] of Object.entries(copy)) {
    if (field === undefined) Reflect.deleteProperty(copy, key)
  }
  return copy
}
