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
import type { Context } from '../context.ts'
import { type About, type StoredToken, storeToken } from '../token-store/stored-token.ts'

/** A login to store. */
export interface Login {
  readonly name: string
  readonly origin: string
  readonly rack: string
  /** The absolute path of `--ca`. */
  readonly ca: string | undefined
  readonly token: Secret
  /** Whether the token was issued now, or belongs to the session that exists for this address. */
  readonly source: 'new' | 'existing'
  /** The only rack of the token; null for all racks. */
  readonly boundTo: string | null
  readonly about: About
}

export interface StoredLogin {
  /** Adds the login to the configuration. Unknown fields are kept. */
  change(current: ClientConfig): ClientConfig
  /** The credentials that it replaces, to be deleted after the file is written. */
  readonly replaced: readonly Credential[]
  restore: StoredToken['restore']
}

/** Stores the token of a login. The caller has the lock of credentials, because a keychain may wait for the user. */
export async function storeLogin(context: Context, config: ClientConfig, login: Login): Promise<StoredLogin> {
  const slot = holderOf(login)
  const own = ownSlot(login)
  const stored =
    login.source === 'new' ? await storeToken(context, config, { slot, token: login.token.reveal() }) : null
  const entry = slot.kind === 'session' ? entryOf(config, own) : null
  const moved = stored?.replaced ?? null
  return {
    change: (current) => withLogin(current, login, stored),
    replaced: [...(entry === null ? [] : [{ slot: own, entry }]), ...(moved === null ? [] : [moved])],
    restore: stored?.restore ?? (async () => null),
  }
}

function withLogin(config: ClientConfig, login: Login, stored: StoredToken | null): ClientConfig {
  const { name, origin, rack, ca, about } = login
  const slot = holderOf(login)
  const gateway = { ...reusableEntry(config, login), url: origin, rack, ...(ca !== undefined && { ca }) }
  const withGateway = { ...config, gateways: { ...config.gateways, [name]: gateway }, current: config.current ?? name }
  const base = slot.kind === 'session' ? withoutOwnToken(withGateway, login) : withGateway
  const existing = entryOf(base, slot)
  const { token: _, kept_in: __, url: ___, ...before } = existing ?? {}
  const entry = withoutUndefined({ ...before, ...about })
  if (stored === null) return withCredential(base, slot, { ...existing, ...entry })
  const written = withCredential(base, slot, { ...entry, ...stored.fields })
  return stored.isFirstFileNote ? { ...written, file_store_told: true } : written
}

/** If the name was for another gateway, its entry loses `ca` and `relay`, because these settings are for that gateway. */
function reusableEntry(config: ClientConfig, { name, origin }: Login): GatewayEntry | undefined {
  const entry = gatewayOf(config, name)
  if (entry === null) return undefined
  if (gatewayAddress(entry.url).origin === origin) return entry
  const { ca: _, relay: __, ...rest } = entry
  return rest
}

/** A token of the name itself would take precedence over the shared session. */
function withoutOwnToken(config: ClientConfig, login: Login): ClientConfig {
  const own = ownSlot(login)
  return entryOf(config, own) === null ? config : withCredential(config, own, null)
}

function ownSlot({ name, origin }: Login): CredentialSlot {
  return { kind: 'token', origin, name }
}

/** All names of an address share a session, unless it is bound to one rack. An API token belongs to one name. */
function holderOf(login: Login): CredentialSlot {
  const { origin, token, boundTo } = login
  const isShared = boundTo === null && !isNonInteractiveToken(token.reveal())
  return isShared ? { kind: 'session', origin } : ownSlot(login)
}

/** The gateway's answer about the principal, in the form that the file has. */
export function confirmedBy({ kind, rack, racks, roles }: Me, now: number): NonNullable<About['confirmed']> {
  return { at: new Date(now).toISOString(), kind, rack, racks, roles }
}

function withoutUndefined<T extends object>(value: T): T {
  const copy = { ...value }
  for (const [key, field] of Object.entries(copy)) {
    if (field === undefined) Reflect.deleteProperty(copy, key)
  }
  return copy
}
