import { type ClientConfig, gatewayOf, ownEntry, type TokenEntry } from './client-file.ts'
import { gatewayAddress } from './gateway-address.ts'

/**
 * What a token is stored for: every rack at an address (a session), or one gateway's name (a token that is bound to a
 * rack or that the user entered). It is sent to `origin` and nowhere else.
 */
export type Holder =
  | { readonly kind: 'session'; readonly origin: string }
  | { readonly kind: 'token'; readonly origin: string; readonly name: string }

export interface Credential {
  readonly holder: Holder
  readonly entry: TokenEntry
}

/** The credential that a gateway's name uses: its own token, else the session at its address. */
export function credentialOf(config: ClientConfig, name: string): Credential | null {
  const { origin } = gatewayAddress(gatewayOf(config, name)?.url ?? '')
  if (origin === null) return null
  const holders: readonly Holder[] = [
    { kind: 'token', origin, name },
    { kind: 'session', origin },
  ]
  for (const holder of holders) {
    const entry = entryOf(config, holder)
    if (entry !== null) return { holder, entry }
  }
  return null
}

/** The entry of a holder, or null. A token that was issued at another address counts as none. */
export function entryOf(config: ClientConfig, holder: Holder): TokenEntry | null {
  const entry =
    holder.kind === 'session' ? ownEntry(config.sessions, holder.origin) : ownEntry(config.tokens, holder.name)
  if (entry === null || (entry.token === undefined && entry.kept_in === undefined)) return null
  return holder.kind === 'session' || entry.url === holder.origin ? entry : null
}

/** Every credential of the file, including those that no name uses. */
export function credentialsOf(config: ClientConfig): Credential[] {
  const holders: Holder[] = [
    ...Object.keys(config.sessions ?? {}).map((origin): Holder => ({ kind: 'session', origin })),
    ...Object.entries(config.tokens ?? {}).flatMap(([name, { url }]): Holder[] =>
      url === undefined ? [] : [{ kind: 'token', origin: url, name }],
    ),
  ]
  return holders.flatMap((holder) => {
    const entry = entryOf(config, holder)
    return entry === null ? [] : [{ holder, entry }]
  })
}

/** A copy of the configuration with the holder's entry replaced, or removed with null. */
export function withCredential(config: ClientConfig, holder: Holder, entry: TokenEntry | null): ClientConfig {
  if (holder.kind === 'session') return { ...config, sessions: withEntry(config.sessions, holder.origin, entry) }
  const own = entry === null ? null : { ...entry, url: holder.origin }
  return { ...config, tokens: withEntry(config.tokens, holder.name, own) }
}

/** The names that use a holder's credential. */
export function namesOf(config: ClientConfig, holder: Holder): string[] {
  return Object.keys(config.gateways ?? {}).filter((name) => {
    const found = credentialOf(config, name)?.holder
    if (found?.kind !== holder.kind || found.origin !== holder.origin) return false
    return found.kind === 'session' || (holder.kind === 'token' && found.name === holder.name)
  })
}

/**
 * Converts the file's former format, in which each name had a token without an address. The first token at each address
 * becomes the session there; the current gateway's token comes first. Other tokens, and API tokens, stay with their names.
 */
export function withSharedSessions(config: ClientConfig): ClientConfig {
  const names = Object.keys(config.tokens ?? {}).filter((name) => config.tokens?.[name]?.url === undefined)
  const current = names.filter((name) => name === config.current)
  return [...new Set([...current, ...names])].reduce(convertToken, config)
}

function convertToken(config: ClientConfig, name: string): ClientConfig {
  const { origin } = gatewayAddress(gatewayOf(config, name)?.url ?? '')
  const entry = ownEntry(config.tokens, name)
  if (origin === null || entry === null) return config
  const session = ownEntry(config.sessions, origin)
  const isSession = !isApiToken(entry.token ?? '') && (session === null || session.token === entry.token)
  if (!isSession) return withCredential(config, { kind: 'token', origin, name }, entry)
  const without = withCredential(config, { kind: 'token', origin, name }, null)
  return withCredential(without, { kind: 'session', origin }, { ...entry, ...session })
}

/** Whether a token belongs to a pipeline or a CI job, and not to a person's login. */
export function isApiToken(token: string): boolean {
  return token.startsWith('rgt_') || token.startsWith('rgw_')
}

function withEntry(
  map: Readonly<Record<string, TokenEntry>> | undefined,
  key: string,
  entry: TokenEntry | null,
): Record<string, TokenEntry> | undefined {
  const others = Object.entries(map ?? {}).filter(([other]) => other !== key)
  const entries = entry === null ? others : [...others, [key, entry] as const]
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}
