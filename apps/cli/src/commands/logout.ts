import {
  type ClientConfig,
  type Credential,
  credentialOf,
  credentialsOf,
  gatewayAddress,
  gatewayOf,
  namesOf,
  readClientConfig,
  readWritableClientConfig,
  Secret,
  updateClientConfig,
  withCredential,
} from '@rack-gateway/config/client'
import type { Context } from '../context.ts'
import { Usage } from '../errors.ts'
import type { Asker } from '../gateway/gateway-api.ts'
import { trustAt } from '../gateway/tls/gateway-trust.ts'
import { printOutcome } from '../output/print-outcome.ts'
import { printable } from '../output/terminal.ts'
import { unknownRack } from '../target/target.ts'
import { withCredentialsLock } from '../token-store/credentials-lock.ts'
import { forgetToken, readToken } from '../token-store/stored-token.ts'
import type { Arguments, CommandOptions } from './command-module.ts'
import { jsonOption } from './options/shared-options.ts'

export const command = 'logout [name]'
export const describe = 'Revoke a session and forget its token, for every rack of the same gateway.'
export const examples = ['rack-gateway logout staging', 'rack-gateway logout --all']
export const builder = {
  name: { type: 'string', complete: 'rack', describe: 'Your name of a rack of the gateway' },
  all: { type: 'boolean', describe: 'Log out of every gateway' },
  json: jsonOption,
} as const satisfies CommandOptions
export const progress = 'ending the session at the gateway'

export async function handler({ context, name, all, json }: Arguments<typeof builder>): Promise<void> {
  const which = whichSessions(name, all ?? false)
  await printOutcome(context, { json }, async (context) => ({ loggedOut: await logout(context, which) }))
}

function whichSessions(name: string | undefined, all: boolean): Which {
  if (all && name !== undefined) throw new Usage('logout takes a name or --all, and not both.', 'Keep one of them.')
  if (all) return 'all'
  if (name !== undefined) return { name }
  throw new Usage(
    'logout needs a name or --all.',
    'Type a name from rack-gateway racks, such as: rack-gateway logout staging',
  )
}

/**
 * Revokes the session of one name and of each name that shares it, or all sessions, and forgets their tokens. Addresses
 * stay, so that the next login needs only the name. A session that cannot be revoked is forgotten, and reported.
 *
 * @returns the names of each session
 */
async function logout(context: Context, which: Which): Promise<string[]> {
  const { config } = await readClientConfig(context.configPath)
  const leaving = heldBy(config, which)
  const { held, astray } = leaving
  if (which !== 'all' && gatewayOf(config, which.name) === null && astray.length === 0)
    throw unknownRack(which, { config, path: context.configPath }, 'List the names with: rack-gateway racks')
  if (held.length === 0 && astray.length === 0) {
    context.print('You were not logged in.')
    return []
  }
  // A session isn't ended whose token would then stay.
  await readWritableClientConfig(context.configPath, { waitMs: context.timeouts.fileLock })
  const sentences = [...(await endSessions(context, config, held)), ...(await forget(context, leaving))]
  const titles = [...held.map((one) => titleOf(config, one)), ...astray]
  context.print(`Logged out of ${printable(titles.join(', '))}.`)
  for (const sentence of sentences) context.print(sentence)
  return titles
}

type Which = { readonly name: string } | 'all'

interface Leaving {
  readonly held: readonly Credential[]
  /** Names with a token that may be sent nowhere, since the file has no address for them that is one. */
  readonly astray: readonly string[]
}

function heldBy(config: ClientConfig, which: Which): Leaving {
  const astray = Object.entries(config.tokens ?? {}).flatMap(([name, { url }]) => (url === undefined ? [name] : []))
  if (which === 'all') return { held: credentialsOf(config), astray }
  const credential = credentialOf(config, which.name)
  return { held: credential === null ? [] : [credential], astray: astray.filter((name) => name === which.name) }
}

/** @returns what came of each, in a sentence */
async function endSessions(context: Context, config: ClientConfig, held: readonly Credential[]): Promise<string[]> {
  const { endSession } = await import('../session/revoke-session.ts')
  const goesOn = credentialsOf(config).filter(({ holder }) => !held.some((one) => isSame(one.holder, holder)))
  const others = await Promise.all(
    goesOn.map(async (other) => ({ name: titleOf(config, other), asker: await askerOf(context, config, other) })),
  )
  const sentences: string[] = []
  for (const credential of held) {
    const asker = await askerOf(context, config, credential)
    const ended =
      asker === null
        ? 'its token could not be read, so its session stays valid until it expires.'
        : await endSession(asker, others)
    sentences.push(`${printable(titleOf(config, credential))}: ${ended}`)
  }
  return sentences
}

/** @returns what the keychain still has, a sentence each */
function forget(context: Context, { held, astray }: Leaving): Promise<string[]> {
  return withCredentialsLock(context, async () => {
    const sentences: string[] = []
    for (const credential of held) {
      const left = await forgetToken(context, credential)
      if (left !== null) sentences.push(`${left[0]?.toUpperCase()}${left.slice(1)}.`)
    }
    const { notices } = await updateClientConfig(
      context.configPath,
      (current) => {
        const config = held.reduce((rest, { holder }) => withCredential(rest, holder, null), current)
        const tokens = Object.entries(config.tokens ?? {}).filter(([name]) => !astray.includes(name))
        return { ...config, tokens: tokens.length === 0 ? undefined : Object.fromEntries(tokens) }
      },
      { waitMs: context.timeouts.fileLock },
    )
    for (const notice of notices) context.note(notice)
    return sentences
  })
}

/** The names that a credential is of; its address where no name leads to it. */
function titleOf(config: ClientConfig, { holder }: Credential): string {
  const names = namesOf(config, holder)
  return names.length > 0 ? names.join(', ') : holder.kind === 'token' ? holder.name : holder.origin
}

/** Null where there is no token to ask with, or no address that one may be sent to. */
async function askerOf(context: Context, config: ClientConfig, credential: Credential): Promise<Asker | null> {
  const { origin } = gatewayAddress(credential.holder.origin)
  const token = await readToken(context, credential).catch(() => null)
  if (token === null || origin === null) return null
  return {
    origin,
    token: new Secret(token),
    trust: trustAt(context, config, { origin, name: nameOf(credential.holder) }),
  }
}

function isSame(one: Credential['holder'], other: Credential['holder']): boolean {
  return one.origin === other.origin && nameOf(one) === nameOf(other)
}

function nameOf(holder: Credential['holder']): string | null {
  return holder.kind === 'token' ? holder.name : null
}
