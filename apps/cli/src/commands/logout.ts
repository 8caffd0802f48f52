import {
  type ClientConfig,
  type Credential,
  credentialOf,
  credentialsOf,
  gatewayAddress,
  gatewayOf,
  gatewaysUsingSlot,
  readClientConfig,
  readWritableClientConfig,
  Secret,
  updateClientConfig,
  withCredential,
} from '@rack-gateway/config/client'
import type { Arguments, CommandOptions } from '../command-line/command-module.ts'
import { Usage } from '../errors/errors.ts'
import type { GatewayAccess } from '../gateway/gateway-api.ts'
import { trustAt } from '../gateway/tls/gateway-trust.ts'
import type { Context } from '../invocation/context.ts'
import { printOutcome } from '../output/print-outcome.ts'
import { unknownRack } from '../rack-choice/local/target.ts'
import { printable } from '../terminal/terminal.ts'
import { withCredentialsLock } from '../token-store/credentials-lock.ts'
import { deleteToken, readToken } from '../token-store/stored-token.ts'
import { jsonOption } from './options/shared-options.ts'

export const command = 'logout [name]'
export const describe = 'Revoke a session and delete its token, for every rack of the same gateway.'
export const examples = ['rack-gateway logout staging', 'rack-gateway logout --all']
export const builder = {
  name: { type: 'string', complete: 'rack', describe: 'Your name for a rack of the gateway' },
  all: { type: 'boolean', describe: 'Log out of every gateway' },
  json: jsonOption,
} as const satisfies CommandOptions
export const progress = 'revoking the session'

export async function handler({ context, name, all, json }: Arguments<typeof builder>): Promise<void> {
  const selection = selectSessions(name, all ?? false)
  await printOutcome(context, { json }, async (context) => ({ loggedOut: await logout(context, selection) }))
}

function selectSessions(name: string | undefined, all: boolean): Selection {
  if (all && name !== undefined) throw new Usage('logout takes a name or --all, and not both.', 'Keep one of them.')
  if (all) return 'all'
  if (name !== undefined) return { name }
  throw new Usage(
    'logout needs a name or --all.',
    'Type a name from rack-gateway racks, such as: rack-gateway logout staging',
  )
}

/**
 * Deletes a token even if its session cannot be revoked. Keeps the addresses, so that the next login needs only the
 * name. Also logs out the stock CLI, if `convox-login` logged it in.
 *
 * @returns one text for each credential that was deleted (see `titleOf`)
 */
async function logout(context: Context, selection: Selection): Promise<string[]> {
  const { config } = await readClientConfig(context.configPath)
  const selected = findCredentials(config, selection)
  const { credentials, withoutAddress } = selected
  if (selection !== 'all' && gatewayOf(config, selection.name) === null && withoutAddress.length === 0)
    throw unknownRack(selection, { config, path: context.configPath }, 'List the names with: rack-gateway racks')
  if (credentials.length === 0 && withoutAddress.length === 0) {
    context.print('You were not logged in.')
    return []
  }
  // Checks first that the file can be written, because the tokens of revoked sessions must be deleted from it.
  await readWritableClientConfig(context.configPath, { waitMs: context.timeouts.fileLock })
  const sentences = [
    ...(await endConvoxLogins(context, config, credentials)),
    ...(await revokeSessions(context, config, credentials)),
    ...(await deleteCredentials(context, selected)),
  ]
  const titles = [...credentials.map((one) => titleOf(config, one)), ...withoutAddress]
  context.print(`Logged out of ${printable(titles.join(', '))}.`)
  for (const sentence of sentences) context.print(sentence)
  return titles
}

type Selection = { readonly name: string } | 'all'

interface SelectedCredentials {
  readonly credentials: readonly Credential[]
  /** Names with a token, but without a valid address. Their tokens must not be sent anywhere. */
  readonly withoutAddress: readonly string[]
}

function findCredentials(config: ClientConfig, selection: Selection): SelectedCredentials {
  const withoutAddress = Object.entries(config.tokens ?? {}).flatMap(([name, { url }]) =>
    url === undefined ? [name] : [],
  )
  if (selection === 'all') return { credentials: credentialsOf(config), withoutAddress }
  const credential = credentialOf(config, selection.name)
  return {
    credentials: credential === null ? [] : [credential],
    withoutAddress: withoutAddress.filter((name) => name === selection.name),
  }
}

/** @returns a sentence for each gateway at which `convox-login` had logged in the stock CLI */
async function endConvoxLogins(
  context: Context,
  config: ClientConfig,
  credentials: readonly Credential[],
): Promise<string[]> {
  const { endConvoxLogin } = await import('../convox/login/convox-session.ts')
  const gateways = new Map<string, Credential['slot']>()
  for (const { slot } of credentials) {
    const { origin } = gatewayAddress(slot.origin)
    if (origin !== null) gateways.set(origin, slot)
  }
  const sentences = await Promise.all(
    [...gateways].map(([origin, slot]) =>
      endConvoxLogin(context, { origin, tlsTrust: trustAt(context, config, { origin, name: nameOf(slot) }) }),
    ),
  )
  return sentences.flatMap((sentence) => sentence ?? [])
}

/** @returns the result for each credential, as a sentence */
async function revokeSessions(
  context: Context,
  config: ClientConfig,
  credentials: readonly Credential[],
): Promise<string[]> {
  const { logOutSession } = await import('../session/revoke-session.ts')
  const remaining = await Promise.all(
    credentialsOf(config)
      .filter(({ slot }) => !credentials.some((one) => isSameSlot(one.slot, slot)))
      .map(async (other) => ({
        name: titleOf(config, other),
        gateway: await gatewayAccessOf(context, config, other),
      })),
  )
  const sentences: string[] = []
  for (const credential of credentials) {
    const gateway = await gatewayAccessOf(context, config, credential)
    const result =
      gateway === null
        ? 'the token could not be read, so its session stays valid until it expires.'
        : await logOutSession(gateway, remaining)
    sentences.push(`${printable(titleOf(config, credential))}: ${result}`)
  }
  return sentences
}

/** @returns a sentence for each token that could not be deleted from the keychain */
function deleteCredentials(context: Context, { credentials, withoutAddress }: SelectedCredentials): Promise<string[]> {
  return withCredentialsLock(context, async () => {
    const sentences: string[] = []
    for (const credential of credentials) {
      const problem = await deleteToken(context, credential)
      if (problem !== null) sentences.push(problem)
    }
    const { notices } = await updateClientConfig(
      context.configPath,
      (current) => {
        const config = credentials.reduce((rest, { slot }) => withCredential(rest, slot, null), current)
        const tokens = Object.entries(config.tokens ?? {}).filter(([name]) => !withoutAddress.includes(name))
        return { ...config, tokens: tokens.length === 0 ? undefined : Object.fromEntries(tokens) }
      },
      { waitMs: context.timeouts.fileLock },
    )
    for (const notice of notices) context.note(notice)
    return sentences
  })
}

/** The names that use a credential. If there are none: the name of a token, or the address of a session. */
function titleOf(config: ClientConfig, { slot }: Credential): string {
  const names = gatewaysUsingSlot(config, slot)
  return names.length > 0 ? names.join(', ') : slot.kind === 'token' ? slot.name : slot.origin
}

/** @returns null without a readable token or a valid address */
async function gatewayAccessOf(
  context: Context,
  config: ClientConfig,
  credential: Credential,
): Promise<GatewayAccess | null> {
  const { origin } = gatewayAddress(credential.slot.origin)
  const token = await readToken(context, credential).catch(() => null)
  if (token === null || origin === null) return null
  return {
    origin,
    token: new Secret(token),
    tlsTrust: trustAt(context, config, { origin, name: nameOf(credential.slot) }),
  }
}

function isSameSlot(one: Credential['slot'], other: Credential['slot']): boolean {
  return one.origin === other.origin && nameOf(one) === nameOf(other)
}

function nameOf(slot: Credential['slot']): string | null {
  return slot.kind === 'token' ? slot.name : null
}
