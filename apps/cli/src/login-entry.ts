import {
  type ClientConfig,
  entryOf,
  type GatewayEntry,
  gatewayAddress,
  gatewayOf,
  type Holder,
  isApiToken,
  type Secret,
  withCredential,
} from '@rack-gateway/config/client'
import type { Context } from './context.ts'
import type { Me } from './gateway-client.ts'
import { type About, forgetToken, keepToken } from './token-store/kept-token.ts'

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

/** The file with a login. Fields that aren't known stay. */
export async function withLogin(context: Context, config: ClientConfig, login: Login): Promise<ClientConfig> {
  const { name, origin, rack, ca, token, about } = login
  const holder = holderOf(login)
  const gateway = { ...sameGateway(config, login), url: origin, rack, ...(ca !== undefined && { ca }) }
  const named = { ...config, gateways: { ...config.gateways, [name]: gateway }, current: config.current ?? name }
  const free = holder.kind === 'session' ? await withoutOwnToken(context, named, { origin, name }) : named
  const { token: _, kept_in: __, url: ___, ...before } = entryOf(free, holder) ?? {}
  const next = withoutUndefined({ ...before, ...about })
  if (login.source === 'new') return keepToken(context, free, { holder, token: token.reveal(), about: next })
  return withCredential(free, holder, { ...entryOf(free, holder), ...next })
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
async function withoutOwnToken(
  context: Context,
  config: ClientConfig,
  { origin, name }: { readonly origin: string; readonly name: string },
): Promise<ClientConfig> {
  const holder = { kind: 'token', origin, name } as const
  const entry = entryOf(config, holder)
  if (entry === null) return config
  await forgetToken(context, { holder, entry })
  return withCredential(config, holder, null)
}

/** A session is every name's at its address, unless it is bound to one rack; another token is for its name alone. */
function holderOf({ name, origin, token, boundTo }: Login): Holder {
  const isShared = boundTo === null && !isApiToken(token.reveal())
  return isShared ? { kind: 'session', origin } : { kind: 'token', origin, name }
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
