import {
  type CredentialSlot,
  credentialOf,
  entryOf,
  readClientConfig,
  type TokenEntry,
  updateClientConfig,
  withCredential,
} from '@rack-gateway/config/client'
import type { Me } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../command-line/command-module.ts'
import { GatewayUnreachable } from '../errors/errors.ts'
import { askMe, type MeResponse } from '../gateway/gateway-client.ts'
import type { Context } from '../invocation/context.ts'
import { safeJson } from '../output/safe-json.ts'
import { rackUrlTarget } from '../rack-choice/local/rack-url-target.ts'
import { findTarget, type Target } from '../rack-choice/local/target.ts'
import { renewTarget } from '../rack-choice/renewed-target.ts'
import { confirmedIdentity } from '../session/login-entry.ts'
import { identityError, type KnownIdentity } from '../session/require-identity.ts'
import { printable } from '../terminal/terminal.ts'
import { durationText, expiryOf } from '../token/expiry.ts'
import { tokenLocation } from '../token-store/stored-token.ts'
import { gatewayOptions } from './options/shared-options.ts'
import { scopeText, timeText } from './requests/text.ts'

export const command = 'whoami'
export const describe = 'Show who you are, which roles you have, and when your token expires.'
export const examples = [
  'rack-gateway whoami',
  'rack-gateway whoami --rack production --json',
  "rack-gateway whoami --offline     # the gateway's last response",
]
export const builder = {
  offline: { type: 'boolean', describe: "Show the gateway's last response, without a request" },
  ...gatewayOptions,
} as const satisfies CommandOptions

interface Identity {
  readonly name: string
  readonly kind: string
  /** The only rack of the token; null for all racks. */
  readonly rack: string | null
  readonly racks: readonly string[]
  readonly roles: readonly string[]
  /** Missing if the identity is not from the gateway, or not of a user. */
  readonly grants?: NonNullable<Me['grants']>
  /** RFC 3339; null if it is unknown. */
  readonly expiresAt: string | null
  /** The gateway's address. */
  readonly gateway: string
  /** When the gateway last confirmed the identity, RFC 3339. */
  readonly confirmedAt: string
}

/** The output of `whoami --json`. The shape is stable, but fields can be added. */
interface WhoamiJson extends Identity {
  /** The rack that a command in this directory uses. Null if no rack is named: then the token's only rack. */
  readonly chosenRack: string | null
  readonly keptIn: 'file' | 'keychain' | 'environment'
}

type Grant = NonNullable<Me['grants']>[number]

interface StoredEntry {
  readonly slot: CredentialSlot
  readonly entry: TokenEntry
}

export async function handler({ context, rack, json, offline: isOffline }: Arguments<typeof builder>): Promise<void> {
  const initialTarget = rackUrlTarget(context.env.RACK_URL) ?? (await findTarget(context, rack ?? null))
  const { target, stored, response } = isOffline
    ? { ...(await readStored(context, initialTarget)), response: null }
    : await askAndRenew(context, initialTarget)
  const lastIdentity = stored === null ? null : storedIdentity(target, stored.entry)
  const identity =
    response === null
      ? requireStoredIdentity(target, lastIdentity)
      : await identityFrom(context, target, { response, stored, lastIdentity })
  if (json) {
    const keptIn = stored === null ? 'environment' : (stored.entry.kept_in ?? 'file')
    const output: WhoamiJson = { ...identity, chosenRack: target.rack, keptIn }
    context.print(safeJson(output, 2))
  } else for (const line of await linesOf(context, { target, identity, stored })) context.print(line)
}

function requireStoredIdentity({ origin }: Target, lastIdentity: Identity | null): Identity {
  if (lastIdentity !== null) return lastIdentity
  throw new GatewayUnreachable(
    `The user of the token is unknown, because ${origin} has never been asked.`,
    'Ask it with: rack-gateway whoami',
  )
}

/** `stored` is read before the request. An entry that changes during the request is not updated. */
interface StoredTarget {
  readonly target: Target
  readonly stored: StoredEntry | null
}

async function readStored(context: Context, target: Target): Promise<StoredTarget> {
  return { target, stored: await readEntry(context, target) }
}

/** Renews the session only after a response, so that the user waits only once if the gateway is unreachable. */
async function askAndRenew(
  context: Context,
  initialTarget: Target,
): Promise<StoredTarget & { readonly response: MeResponse }> {
  const before = await readStored(context, initialTarget)
  const response = await askMe(initialTarget)
  if (response.kind !== 'known') return { ...before, response }
  const target = await renewTarget(context, initialTarget)
  if (target.token.reveal() === initialTarget.token.reveal()) return { ...before, response }
  const after = await readStored(context, target)
  return { ...after, response: await askMe(target) }
}

async function identityFrom(
  context: Context,
  target: Target,
  {
    response,
    stored,
    lastIdentity,
  }: { readonly response: MeResponse; readonly stored: StoredEntry | null; readonly lastIdentity: Identity | null },
): Promise<Identity> {
  if (response.kind === 'known') {
    if (stored !== null) await storeResponse(context, stored, response)
    const { name, kind, rack, racks, roles, grants } = response.me
    const { expiresAt } = response
    return {
      name,
      kind,
      rack,
      racks,
      roles,
      ...(grants !== undefined && { grants }),
      expiresAt,
      gateway: target.origin,
      confirmedAt: new Date(context.now).toISOString(),
    }
  }
  if (response.kind !== 'unreachable' || lastIdentity === null) throw identityError(target, response)
  context.note(`${target.origin} does not answer: ${printable(response.reason)}. This is its last response.`)
  return lastIdentity
}

/** Null if the file has no entry for the target, or if the environment replaces the file. */
async function readEntry(context: Context, { name }: Target): Promise<StoredEntry | null> {
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

/** Stores the response for `--offline`. Ignores errors of writing the file. */
async function storeResponse(
  context: Context,
  { slot, entry }: StoredEntry,
  { me, expiresAt }: KnownIdentity,
): Promise<void> {
  const details = { email: me.name, expires_at: expiresAt, confirmed: confirmedIdentity(me, context.now) }
  try {
    await updateClientConfig(
      context.configPath,
      (current) => {
        const currentEntry = entryOf(current, slot)
        const isSame =
          currentEntry !== null && currentEntry.token === entry.token && currentEntry.expires_at === entry.expires_at
        return isSame ? withCredential(current, slot, { ...currentEntry, ...details }) : current
      },
      { waitMs: context.timeouts.fileLock },
    )
  } catch {
    // The next command asks the gateway again.
  }
}

async function linesOf(
  context: Context,
  {
    target,
    identity,
    stored,
  }: { readonly target: Target; readonly identity: Identity; readonly stored: StoredEntry | null },
): Promise<string[]> {
  const { name, kind, racks, roles, grants = [], confirmedAt } = identity
  const expiry = expiryOf(identity.expiresAt ?? undefined, context.now)
  const age = context.now - Date.parse(confirmedAt)
  return [
    `${printable(name)} (${printable(kind)})`,
    `gateway    ${target.origin}`,
    `rack       ${printable(target.rack ?? identity.rack ?? onlyRack(racks))}`,
    `racks      ${printable(racks.join(', ')) || 'none'}`,
    `roles      ${printable(roles.join(', ')) || 'none'}`,
    ...grants.map((grant) => `grant      ${printable(grantText(grant, context.now))}`),
    `token      ${expiry.state === 'unknown' ? 'unknown expiry' : `${expiry.words}, at ${expiry.at}`}`,
    `stored in  ${printable(await locationOf(context, stored))}`,
    `confirmed  ${age < 1_000 || Number.isNaN(age) ? 'now' : `${durationText(age)} ago, at ${printable(confirmedAt)}`}`,
  ]
}

/** Such as `deployer on production for web, 42 minutes left, until 2027-01-31 12:00 (Europe/Berlin), by the access request …`. */
function grantText({ id, role, from, until, startsWithUse, ...scope }: Grant, now: number): string {
  const what = `${role} on ${scopeText(scope)}`
  const request = `by the access request ${id}`
  if (startsWithUse) return `${what}, from its first use, which must be before ${timeText(until, 'local')}, ${request}`
  if (Date.parse(from) > now)
    return `${what}, from ${timeText(from, 'local')} until ${timeText(until, 'local')}, ${request}`
  return `${what}, ${durationText(Date.parse(until) - now)} left, until ${timeText(until, 'local')}, ${request}`
}

async function locationOf(context: Context, stored: StoredEntry | null): Promise<string> {
  if (stored !== null) return tokenLocation(context, stored.entry)
  return context.env.RACK_URL?.trim() ? 'RACK_URL' : 'RACK_GATEWAY_TOKEN'
}

/** The rack of a command that names no rack. */
function onlyRack(racks: readonly string[]): string {
  const [only] = racks
  return only !== undefined && racks.length === 1 ? only : 'none; pass --rack'
}
