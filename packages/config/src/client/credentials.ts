import { type ClientConfig, gatewayOf, ownEntry, type TokenEntry } from './client-file.ts'
import { gatewayAddress } from './gateway-address.ts'

/**
 * A session token applies to every rack at its address. A token that is bound to a rack, or that the user entered,
 * belongs to one gateway's name. Both are sent only to `origin`.
 */
export type CredentialSlot =
  | { readonly kind: 'session'; readonly origin: string }
  | { readonly kind: 'token'; readonly origin: string; readonly name: string }

export interface Credential {
  readonly slot: CredentialSlot
  readonly entry: TokenEntry
}

export function credentialOf(config: ClientConfig, name: string): Credential | null {
  const { origin } = gatewayAddress(gatewayOf(config, name)?.url ?? '')
  if (origin === null) return null
  const slots: readonly CredentialSlot[] = [
    { kind: 'token', origin, name },
    { kind: 'session', origin },
  ]
  for (const slot of slots) {
    const entry = entryOf(config, slot)
    if (entry !== null) return { slot, entry }
  }
  return null
}

/** Null if there is no entry with a token, or if the token belongs to another address. */
export function entryOf(config: ClientConfig, slot: CredentialSlot): TokenEntry | null {
  const entry = slot.kind === 'session' ? ownEntry(config.sessions, slot.origin) : ownEntry(config.tokens, slot.name)
  if (entry === null || (entry.token === undefined && entry.kept_in === undefined)) return null
  return slot.kind === 'session' || entry.url === slot.origin ? entry : null
}

/** All stored credentials with a URL, including those that no configured gateway uses. */
export function credentialsOf(config: ClientConfig): Credential[] {
  const slots: CredentialSlot[] = [
    ...Object.keys(config.sessions ?? {}).map((origin): CredentialSlot => ({ kind: 'session', origin })),
    ...Object.entries(config.tokens ?? {}).flatMap(([name, { url }]): CredentialSlot[] =>
      url === undefined ? [] : [{ kind: 'token', origin: url, name }],
    ),
  ]
  return slots.flatMap((slot) => {
    const entry = entryOf(config, slot)
    return entry === null ? [] : [{ slot, entry }]
  })
}

/** `null` removes the entry. */
export function withCredential(config: ClientConfig, slot: CredentialSlot, entry: TokenEntry | null): ClientConfig {
  if (slot.kind === 'session') return { ...config, sessions: withEntry(config.sessions, slot.origin, entry) }
  const own = entry === null ? null : { ...entry, url: slot.origin }
  return { ...config, tokens: withEntry(config.tokens, slot.name, own) }
}

/** The names of the configured gateways that use this slot. */
export function gatewaysUsingSlot(config: ClientConfig, slot: CredentialSlot): string[] {
  return Object.keys(config.gateways ?? {}).filter((name) => {
    const found = credentialOf(config, name)?.slot
    if (found?.kind !== slot.kind || found.origin !== slot.origin) return false
    return found.kind === 'session' || (slot.kind === 'token' && found.name === slot.name)
  })
}

/**
 * A person or a tool can write a token under a gateway's name, without an address. Each address gets one session: the session token of the current gateway, if that gateway has the address; otherwise the first session token
 * of the address. All other tokens stay under their names, and get the address.
 */
export function addTokenAddresses(config: ClientConfig): ClientConfig {
  const names = Object.keys(config.tokens ?? {}).filter((name) => config.tokens?.[name]?.url === undefined)
  const current = names.filter((name) => name === config.current)
  return [...new Set([...current, ...names])].reduce(convertToken, config)
}

function convertToken(config: ClientConfig, name: string): ClientConfig {
  const { origin } = gatewayAddress(gatewayOf(config, name)?.url ?? '')
  const entry = ownEntry(config.tokens, name)
  if (origin === null || entry === null) return config
  const session = ownEntry(config.sessions, origin)
  const isSession = !isNonInteractiveToken(entry.token ?? '') && (session === null || session.token === entry.token)
  if (!isSession) return withCredential(config, { kind: 'token', origin, name }, entry)
  const without = withCredential(config, { kind: 'token', origin, name }, null)
  return withCredential(without, { kind: 'session', origin }, { ...entry, ...session })
}

/** Whether a token is an API token or the token of a CI job, and not a session token. */
export function isNonInteractiveToken(token: string): boolean {
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
