import {
  type ClientConfig,
  type Credential,
  credentialOf,
  gatewayAddress,
  gatewayOf,
  isUnencryptedRemote,
  readClientConfig,
  Secret,
} from '@rack-gateway/config/client'
import { nearest } from '@rack-gateway/errors/nearest'
import { BadSetting, NotLoggedIn, TokenExpired, UnknownRack, Usage } from '../../errors/errors.ts'
import { type GatewayTrust, trustAt } from '../../gateway/tls/gateway-trust.ts'
import type { Context } from '../../invocation/context.ts'
import type { RequestProofs } from '../../step-up/proofs/request-proofs.ts'
import { printable } from '../../terminal/terminal.ts'
import { type Expiry, expiryOf } from '../../token/expiry.ts'
import { isTokenText } from '../../token/token-text.ts'
import { projectRack } from './project-rack.ts'

/** The gateway and rack of a command, and the credential for them. */
export interface Target {
  /** The user's name for the rack in the file; null if the environment replaces the file. */
  readonly name: string | null
  readonly origin: string
  /** Null if the environment names no rack. The command then uses the only rack of the token. */
  readonly rack: string | null
  readonly token: Secret
  readonly expiry: Expiry
  /** Whether the time `renew_at` in the file has passed: half of the session's life is over. */
  readonly renewalDue: boolean
  /** Whether the file lets convox use the relay; undefined if the environment replaces the file. */
  readonly relay?: 'on' | 'off'
  readonly tlsTrust?: GatewayTrust | undefined
  /** The proofs of the command, for requests that need one. */
  readonly proofs?: RequestProofs | undefined
}

/** A target for convox, which always needs a rack. */
export type RackTarget = Target & { readonly rack: string }

export interface Choice {
  readonly name: string
  /** A phrase, such as `from --rack`. */
  readonly source: string
}

/**
 * Finds the rack: `--rack`, `GATEWAY_RACK`, `.convox/rack` in this directory, the file's `current`, or its only entry.
 * `RACK_GATEWAY_URL` and `RACK_GATEWAY_TOKEN` replace the file. `RACK_URL` takes precedence: see `wrapped.ts`.
 *
 * @throws UnknownRack, NotLoggedIn, TokenExpired, Usage, BadSetting, and the errors of reading the file
 */
export async function findTarget(context: Context, flag: string | null): Promise<Target> {
  const { env } = context
  const choice = localChoice(context, flag)
  if (env.RACK_GATEWAY_URL || env.RACK_GATEWAY_TOKEN) return automationTarget(env, choice)
  const { config, notices } = await readClientConfig(context.configPath)
  for (const notice of notices) context.note(notice)
  return fileTarget(context, config, choice ?? currentOf(config))
}

/** The RACK_URL for convox. The URL has no slash at its end, because convox adds one. */
export function rackUrl({ origin, rack, token }: RackTarget): string {
  const { protocol, host } = new URL(origin)
  return `${protocol}//convox:${encodeURIComponent(token.reveal())}@${host}/rack/${encodeURIComponent(rack)}`
}

/** @param fallbackRemedy the remedy if no name is similar */
export function unknownRack(
  { name, source }: { name: string; source?: string },
  { config, path }: { config: ClientConfig; path: string },
  fallbackRemedy = `Log in with: rack-gateway login ${printable(name)} URL`,
): Error {
  const near = nearest(name, Object.keys(config.gateways ?? {}))
  return new UnknownRack(
    `The rack ${printable(name)}${source === undefined ? '' : ` (${source})`} is not in ${path}.`,
    near === null ? fallbackRemedy : `Did you mean ${printable(near)}?`,
  )
}

/** The rack that this command, shell, or directory chooses; null if only the file chooses one. @throws BadSetting */
export function localChoice({ env, cwd }: Pick<Context, 'env' | 'cwd'>, flag: string | null): Choice | null {
  if (flag !== null) return { name: flag, source: 'from --rack' }
  if (env.GATEWAY_RACK) return { name: env.GATEWAY_RACK, source: 'from GATEWAY_RACK' }
  const project = projectRack(cwd)
  return project === '' ? null : { name: project, source: 'from .convox/rack' }
}

function automationTarget(env: NodeJS.ProcessEnv, choice: Choice | null): Target {
  const { RACK_GATEWAY_URL: url, RACK_GATEWAY_TOKEN: token } = env
  if (!url || !token)
    throw new BadSetting(
      `${url ? 'RACK_GATEWAY_URL' : 'RACK_GATEWAY_TOKEN'} is set without ${url ? 'RACK_GATEWAY_TOKEN' : 'RACK_GATEWAY_URL'}.`,
      'Set both, or neither to use the file.',
    )
  const { origin, problem } = gatewayAddress(url)
  if (origin === null)
    throw new BadSetting(`RACK_GATEWAY_URL is not the address of a gateway: ${problem}.`, 'Correct it.')
  if (isUnencryptedRemote(origin))
    throw new BadSetting('RACK_GATEWAY_URL begins with http://, so the network could read the token.', 'Use https://.')
  if (choice !== null && !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(choice.name))
    throw new UnknownRack(
      `${printable(choice.name)} (${choice.source}) is not the name of a rack.`,
      'Use the name that the gateway has for the rack.',
    )
  return {
    name: null,
    origin,
    rack: choice?.name ?? null,
    token: checkedToken(token, 'RACK_GATEWAY_TOKEN'),
    expiry: { state: 'unknown' },
    renewalDue: false,
  }
}

async function fileTarget(context: Context, config: ClientConfig, choice: Choice | null): Promise<Target> {
  const { configPath: path, now } = context
  const names = Object.keys(config.gateways ?? {})
  if (names.length === 0 && choice === null)
    throw new NotLoggedIn('You are not logged in to any gateway.', 'Log in with: rack-gateway login NAME URL')
  if (choice === null)
    throw new Usage(
      'No rack is chosen.',
      `Pass --rack with one of ${printable(names.join(', '))}, or choose the current rack with: rack-gateway switch NAME`,
    )
  const { name } = choice
  const gateway = gatewayOf(config, name)
  if (gateway === null) throw unknownRack(choice, { config, path })
  const { origin, problem } = gatewayAddress(gateway.url)
  if (origin === null)
    throw new BadSetting(
      `The address of ${printable(name)} in ${path} cannot be used: ${problem}.`,
      `Log in again with: rack-gateway login ${printable(name)} URL`,
    )
  const credential = credentialOf(config, name)
  const loginCommand = `rack-gateway login ${printable(name)}`
  if (credential === null)
    throw new NotLoggedIn(`You are not logged in to ${printable(name)}.`, `Log in with: ${loginCommand}`)
  const { entry } = credential
  const expiry = expiryOf(entry.expires_at, now)
  if (expiry.state === 'expired')
    throw new TokenExpired(
      `Your token for ${printable(name)} ${expiry.words}, at ${expiry.at}.`,
      `Log in again with: ${loginCommand}`,
    )
  const token = entry.token ?? (await tokenFromKeychain(context, credential))
  if (token === null)
    throw new NotLoggedIn(
      `The keychain no longer has a token for ${printable(name)}.`,
      `Log in again with: ${loginCommand}`,
    )
  return {
    name,
    origin,
    rack: gateway.rack ?? name,
    token: checkedToken(token, `The token of ${printable(name)} in ${path}`),
    expiry,
    renewalDue: Date.parse(entry.renew_at ?? '') <= now,
    relay: gateway.relay === false ? 'off' : 'on',
    tlsTrust: trustAt(context, config, { origin, name }),
  }
}

/** Loads the code for keychains only when it is used, because most configuration files contain the token itself. */
async function tokenFromKeychain(context: Context, credential: Credential): Promise<string | null> {
  return (await import('../../token-store/stored-token.ts')).readToken(context, credential)
}

/** The rack of the file, if nothing else chooses one. */
export function currentOf(config: ClientConfig): Choice | null {
  if (config.current) return { name: config.current, source: 'the current one' }
  const [only, ...others] = Object.keys(config.gateways ?? {})
  return only === undefined || others.length > 0 ? null : { name: only, source: 'the only one' }
}

function checkedToken(token: string, what: string): Secret {
  if (!isTokenText(token))
    throw new BadSetting(`${what} has characters that tokens cannot have.`, 'Log in again, or copy it again.')
  return new Secret(token)
}
