import {
  type ClientConfig,
  type Credential,
  entryOf,
  type GatewayEntry,
  gatewayAddress,
  gatewayOf,
  type Holder,
  isApiToken,
  type Secret,
  withCredential,
} from '@rack-gateway/config/client'
import type { Me } from '@rack-gateway/gateway-api'
import type { Context } from '../context.ts'
import { type About, type Stored, storeToken } from '../token-store/stored-token.ts'

/** What is kept of a login. */
export interface Login {
  readonly name: string
  readonly origin: string
  readonly rack: string
  /** What `--ca` said, as a path that holds anywhere. */
  readonly ca: string | undefined
  readonly token: Secret
  /** Whether the token was got now, or is that of the session at this address already. */
  readonly source: 'new' | 'kept'
  /** The one rack that the token is good for. */
  readonly boundTo: string | null
  readonly about: About
}

export interface StoredLogin {
  /** What becomes of the file; fields that aren't known stay. */
  change(current: ClientConfig): ClientConfig
  /** What it takes the place of, to be forgotten once the file is written. */
  readonly replaced: readonly Credential[]
  /** As that of `Stored`. */
  putBack: Stored['putBack']
}

/** Stores the token of a login, under the lock of credentials: a keychain may ask the person first. */
export async function storeLogin(context: Context, config: ClientConfig, login: Login): Promise<StoredLogin> {
  const holder = holderOf(login)
  const own = ownHolder(login)
  const stored =
    login.source === 'new' ? await storeToken(context, config, { holder, token: login.token.reveal() }) : null
  const entry = holder.kind === 'session' ? entryOf(config, own) : null
  const moved = stored?.replaced ?? null
  return {
    change: (current) => withLogin(current, login, stored),
    replaced: [...(entry === null ? [] : [{ holder: own, entry }]), ...(moved === null ? [] : [moved])],
    putBack: stored?.putBack ?? (async () => null),
  }
}

function withLogin(config: ClientConfig, login: Login, stored: Stored | null): ClientConfig {
  const { name, origin, rack, ca, about } = login
  const holder = holderOf(login)
  const gateway = { ...sameGateway(config, login), url: origin, rack, ...(ca !== undefined && { ca }) }
  const named = { ...config, gateways: { ...config.gateways, [name]: gateway }, current: config.current ?? name }
  const free = holder.kind === 'session' ? withoutOwnToken(named, login) : named
  const kept = entryOf(free, holder)
  const { token: _, kept_in: __, url: ___, ...before } = kept ?? {}
  const next = withoutUndefined({ ...before, ...about })
  if (stored === null) return withCredential(free, holder, { ...kept, ...next })
  const written = withCredential(free, holder, { ...next, ...stored.place })
  return stored.told ? { ...written, file_store_told: true } : written
}

/** What the file says of a gateway counts for no other one: not whom to trust, and not to go without the relay. */
function sameGateway(config: ClientConfig, { name, origin }: Login): GatewayEntry | undefined {
  const entry = gatewayOf(config, name)
  if (entry === null) return undefined
  if (gatewayAddress(entry.url).origin === origin) return entry
  const { ca: _, relay: __, ...rest } = entry
  return rest
}

/** A token of the name alone would come before the session of all. */
function withoutOwnToken(config: ClientConfig, login: Login): ClientConfig {
  const own = ownHolder(login)
  return entryOf(config, own) === null ? config : withCredential(config, own, null)
}

function ownHolder({ name, origin }: Login): Holder {
  return { kind: 'token', origin, name }
}

/** A session is every name's at its address, unless it is bound to one rack; another token is for its name alone. */
function holderOf(login: Login): Holder {
  const { origin, token, boundTo } = login
  const isShared = boundTo === null && !isApiToken(token.reveal())
  return isShared ? { kind: 'session', origin } : ownHolder(login)
}

/** What the gateway said of a token's bearer, as it is kept. */
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
