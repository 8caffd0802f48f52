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
import { type KnownAnswer, problemOf } from '../session/known-answer.ts'
import { confirmedBy } from '../session/login-entry.ts'
import { rackUrlTarget } from '../target/rack-url-target.ts'
import { lasting } from '../target/renewed-target.ts'
import { findTarget, type Target } from '../target/target.ts'
import { placeOf } from '../token-store/kept-token.ts'
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
interface Standing {
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
interface Shown extends Standing {
  /** Where commands go; null where the token or its only rack decides. */
  readonly chosenRack: string | null
  readonly keptIn: 'file' | 'keychain' | 'environment'
}

interface Kept {
  readonly holder: Holder
  readonly entry: TokenEntry
}

export async function handler({ context, rack, json, offline: isOffline }: Arguments<typeof builder>): Promise<void> {
  const found = rackUrlTarget(context.env.RACK_URL) ?? (await findTarget(context, rack ?? null))
  const { target, kept, answer } = isOffline
    ? { ...(await keptAt(context, found)), answer: null }
    : await askLasting(context, found)
  const remembered = kept === null ? null : rememberedStanding(target, kept.entry)
  const standing =
    answer === null ? offline(target, remembered) : await answered(context, target, { answer, kept, remembered })
  if (json) {
    const keptIn = kept === null ? 'environment' : (kept.entry.kept_in ?? 'file')
    const shown: Shown = { ...standing, chosenRack: target.rack, keptIn }
    context.print(safeJson(shown, 2))
  } else for (const line of await linesOf(context, { target, standing, kept })) context.print(line)
}

function offline({ origin }: Target, remembered: Standing | null): Standing {
  if (remembered !== null) return remembered
  throw new GatewayUnreachable(
    `nothing is known of the token until ${origin} has been asked once:`,
    'ask it with: rack-gateway whoami',
  )
}

/** What there was before the gateway was asked: what it says is about nothing that comes in between. */
interface Standpoint {
  readonly target: Target
  readonly kept: Kept | null
}

async function keptAt(context: Context, target: Target): Promise<Standpoint> {
  return { target, kept: await keptFor(context, target) }
}

/** Asks, and renews a session that is due once the gateway is known to answer: nobody waits twice for one that doesn't. */
async function askLasting(context: Context, found: Target): Promise<Standpoint & { readonly answer: MeAnswer }> {
  const before = await keptAt(context, found)
  const answer = await askMe(found)
  if (answer.kind !== 'known') return { ...before, answer }
  const target = await lasting(context, found)
  if (target.token.reveal() === found.token.reveal()) return { ...before, answer }
  const now = await keptAt(context, target)
  return { ...now, answer: await askMe(target) }
}

async function answered(
  context: Context,
  target: Target,
  {
    answer,
    kept,
    remembered,
  }: { readonly answer: MeAnswer; readonly kept: Kept | null; readonly remembered: Standing | null },
): Promise<Standing> {
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
  if (answer.kind !== 'unreachable' || remembered === null) throw problemOf(target, answer)
  context.note(`${target.origin} could not be asked: ${printable(answer.reason)}; this is what it said last`)
  return remembered
}

/** What the file has for a target; null where the environment stands in for it. */
async function keptFor(context: Context, { name }: Target): Promise<Kept | null> {
  if (name === null) return null
  return credentialOf((await readClientConfig(context.configPath)).config, name)
}

function rememberedStanding({ origin }: Target, { email, expires_at, confirmed }: TokenEntry): Standing | null {
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
async function remember(context: Context, { holder, entry }: Kept, { me, expiresAt }: KnownAnswer): Promise<void> {
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
  { target, standing, kept }: { readonly target: Target; readonly standing: Standing; readonly kept: Kept | null },
): Promise<string[]> {
  const { name, kind, racks, roles, confirmedAt } = standing
  const expiry = expiryOf(standing.expiresAt ?? undefined, context.now)
  const age = context.now - Date.parse(confirmedAt)
  return [
    `${printable(name)} (${printable(kind)})`,
    `gateway    ${target.origin}`,
    `rack       ${printable(target.rack ?? standing.rack ?? unnamedRack(racks))}`,
    `racks      ${printable(racks.join(', ')) || 'none'}`,
    `roles      ${printable(roles.join(', ')) || 'none'}`,
    `token      ${expiry.state === 'unknown' ? 'end not known' : `${expiry.words}, at ${expiry.at}`}`,
    `kept in    ${printable(await whereKept(context, kept))}`,
    `confirmed  ${age < 1_000 || Number.isNaN(age) ? 'now' : `${span(age)} ago, at ${printable(confirmedAt)}`}`,
  ]
}

async function whereKept(context: Context, kept: Kept | null): Promise<string> {
  if (kept !== null) return placeOf(context, kept.entry)
  return context.env.RACK_URL?.trim() ? 'RACK_URL' : 'RACK_GATEWAY_TOKEN'
}

/** What a call without a rack's name would reach: the only one, or nothing. */
function unnamedRack(racks: readonly string[]): string {
  const [only] = racks
  return only !== undefined && racks.length === 1 ? only : 'none yet: name one with --rack'
}
