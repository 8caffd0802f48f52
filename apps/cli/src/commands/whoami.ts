import {
  credentialOf,
  entryOf,
  type Holder,
  readClientConfig,
  type TokenEntry,
  updateClientConfig,
  withCredential,
} from '@rack-gateway/config/client'
import type { Context } from '../context.ts'
import { GatewayUnreachable } from '../errors.ts'
import { askMe, type MeAnswer } from '../gateway/gateway-client.ts'
import { safeJson } from '../output/safe-json.ts'
import { printable } from '../output/terminal.ts'
import { expiryOf, span } from '../session/expiry.ts'
import { confirmedBy } from '../session/login-entry.ts'
import { identityError, type KnownIdentity } from '../session/require-identity.ts'
import { rackUrlTarget } from '../target/rack-url-target.ts'
import { renewTarget } from '../target/renewed-target.ts'
import { findTarget, type Target } from '../target/target.ts'
import { tokenLocation } from '../token-store/stored-token.ts'
import type { Arguments, CommandOptions } from './command-module.ts'
import { gatewayOptions } from './options/shared-options.ts'

export const command = 'whoami'
export const describe = 'Show who you are, which roles you have, and when your token expires.'
export const examples = [
  'rack-gateway whoami',
  'rack-gateway whoami --rack production --json',
  'rack-gateway whoami --offline     # what the gateway said last',
]
export const builder = {
  offline: { type: 'boolean', describe: 'Show what the gateway said last, without asking it' },
  ...gatewayOptions,
} as const satisfies CommandOptions
export const progress = 'asking the gateway'

/** What is known of a token. */
interface Identity {
  readonly name: string
  readonly kind: string
  /** The rack that the token is bound to. */
  readonly rack: string | null
  readonly racks: readonly string[]
  readonly roles: readonly string[]
  /** RFC 3339; null where it isn't known. */
  readonly expiresAt: string | null
  /** The gateway's address. */
  readonly gateway: string
  /** When the gateway last said so, RFC 3339. */
  readonly confirmedAt: string
}

/** What `whoami --json` prints: a stable shape, to which fields may be added. */
interface WhoamiJson extends Identity {
  /** Where commands go; null where the token or its only rack decides. */
  readonly chosenRack: string | null
  readonly keptIn: 'file' | 'keychain' | 'environment'
}

interface StoredEntry {
  readonly holder: Holder
  readonly entry: TokenEntry
}

export async function handler({ context, rack, json, offline: isOffline }: Arguments<typeof builder>): Promise<void> {
  const found = rackUrlTarget(context.env.RACK_URL) ?? (await findTarget(context, rack ?? null))
  const { target, kept, answer } = isOffline
    ? { ...(await storedAt(context, found)), answer: null }
    : await askAndRenew(context, found)
  const stored = kept === null ? null : storedIdentity(target, kept.entry)
  const identity = answer === null ? offline(target, stored) : await answered(context, target, { answer, kept, stored })
  if (json) {
    const keptIn = kept === null ? 'environment' : (kept.entry.kept_in ?? 'file')
    const shown: WhoamiJson = { ...identity, chosenRack: target.rack, keptIn }
    context.print(safeJson(shown, 2))
  } else for (const line of await linesOf(context, { target, identity, kept })) context.print(line)
}

function offline({ origin }: Target, stored: Identity | null): Identity {
  if (stored !== null) return stored
  throw new GatewayUnreachable(
    `Nothing is known about the token before ${origin} has answered once.`,
    'Ask with: rack-gateway whoami',
  )
}

/** What there was before the gateway was asked: what it says is about nothing that comes in between. */
interface FoundCredential {
  readonly target: Target
  readonly kept: StoredEntry | null
}

async function storedAt(context: Context, target: Target): Promise<FoundCredential> {
  return { target, kept: await storedFor(context, target) }
}

/** Asks, and renews a session that is due once the gateway is known to answer: nobody waits twice for one that doesn't. */
async function askAndRenew(context: Context, found: Target): Promise<FoundCredential & { readonly answer: MeAnswer }> {
  const before = await storedAt(context, found)
  const answer = await askMe(found)
  if (answer.kind !== 'known') return { ...before, answer }
  const target = await renewTarget(context, found)
  if (target.token.reveal() === found.token.reveal()) return { ...before, answer }
  const now = await storedAt(context, target)
  return { ...now, answer: await askMe(target) }
}

async function answered(
  context: Context,
  target: Target,
  {
    answer,
    kept,
    stored,
  }: { readonly answer: MeAnswer; readonly kept: StoredEntry | null; readonly stored: Identity | null },
): Promise<Identity> {
  if (answer.kind === 'known') {
    if (kept !== null) await remember(context, kept, answer)
    const { name, kind, rack, racks, roles } = answer.me
    const { expiresAt } = answer
    return {
      name,
      kind,
      rack,
      racks,
      roles,
      expiresAt,
      gateway: target.origin,
      confirmedAt: new Date(context.now).toISOString(),
    }
  }
  if (answer.kind !== 'unreachable' || stored === null) throw identityError(target, answer)
  context.note(`${target.origin} does not answer: ${printable(answer.reason)}. This is its last answer.`)
  return stored
}

/** What the file has for a target; null where the environment stands in for it. */
async function storedFor(context: Context, { name }: Target): Promise<StoredEntry | null> {
  if (name === null) return null
  return credentialOf((await readClientConfig(context.configPath)).config, name)
}

function storedIdentity({ origin }: Target, { email, expires_at, confirmed }: TokenEntry): Identity | null {
  if (confirmed === undefined) return null
  const { at, kind, rack, racks, roles } = confirmed
  return {
    name: email ?? '',
    kind,
    rack,
    racks,
    roles,
    expiresAt: expires_at ?? null,
    gateway: origin,
    confirmedAt: at,
  }
}

/** For the next time without the gateway. A file that can't be written keeps nobody from the answer. */
async function remember(
  context: Context,
  { holder, entry }: StoredEntry,
  { me, expiresAt }: KnownIdentity,
): Promise<void> {
  const about = { email: me.name, expires_at: expiresAt, confirmed: confirmedBy(me, context.now) }
  try {
    await updateClientConfig(
      context.configPath,
      (current) => {
        const now = entryOf(current, holder)
        const isSame = now !== null && now.token === entry.token && now.expires_at === entry.expires_at
        return isSame ? withCredential(current, holder, { ...now, ...about }) : current
      },
      { waitMs: context.timeouts.fileLock },
    )
  } catch {
    // It is asked for again.
  }
}

async function linesOf(
  context: Context,
  {
    target,
    identity,
    kept,
  }: { readonly target: Target; readonly identity: Identity; readonly kept: StoredEntry | null },
): Promise<string[]> {
  const { name, kind, racks, roles, confirmedAt } = identity
  const expiry = expiryOf(identity.expiresAt ?? undefined, context.now)
  const age = context.now - Date.parse(confirmedAt)
  return [
    `${printable(name)} (${printable(kind)})`,
    `gateway    ${target.origin}`,
    `rack       ${printable(target.rack ?? identity.rack ?? unnamedRack(racks))}`,
    `racks      ${printable(racks.join(', ')) || 'none'}`,
    `roles      ${printable(roles.join(', ')) || 'none'}`,
    `token      ${expiry.state === 'unknown' ? 'end not known' : `${expiry.words}, at ${expiry.at}`}`,
    `kept in    ${printable(await whereKept(context, kept))}`,
    `confirmed  ${age < 1_000 || Number.isNaN(age) ? 'now' : `${span(age)} ago, at ${printable(confirmedAt)}`}`,
  ]
}

async function whereKept(context: Context, kept: StoredEntry | null): Promise<string> {
  if (kept !== null) return tokenLocation(context, kept.entry)
  return context.env.RACK_URL?.trim() ? 'RACK_URL' : 'RACK_GATEWAY_TOKEN'
}

/** What a call without a rack's name would reach: the only one, or nothing. */
function unnamedRack(racks: readonly string[]): string {
  const [only] = racks
  return only !== undefined && racks.length === 1 ? only : 'none yet: name one with --rack'
}
