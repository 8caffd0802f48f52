import {
  type ClientConfig,
  type GatewayEntry,
  gatewayAddress,
  gatewayOf,
  isUnencryptedRemote,
  readClientConfig,
  readWritableClientConfig,
  updateClientConfig,
} from '@rack-gateway/config/client'
import { checkFlags } from '../browser-login/flow.ts'
import type { Arguments, CommandOptions } from '../command-line/command-module.ts'
import { GatewayUntrusted, TokenRejected, Usage } from '../errors/errors.ts'
import { endSession, type MeResponse } from '../gateway/gateway-client.ts'
import type { Context } from '../invocation/context.ts'
import { printOutcome } from '../output/print-outcome.ts'
import { type Credential, credentialFor, type LoginOptions, type LoginTarget } from '../session/login-credential.ts'
import { confirmedIdentity, storeLogin } from '../session/login-entry.ts'
import { printLogin } from '../session/login-messages.ts'
import { rackFor } from '../session/login-rack.ts'
import { loginTrust } from '../session/login-trust.ts'
import { unexpectedServer } from '../session/require-identity.ts'
import { printable, withoutPunctuation } from '../terminal/terminal.ts'
import { withCredentialsLock } from '../token-store/credentials-lock.ts'
import { deleteReplaced } from '../token-store/stored-token.ts'
import { jsonOption } from './options/shared-options.ts'

/** The output of `login --json`. */
interface LoginJson {
  readonly name: string
  /** The gateway's address. */
  readonly gateway: string
  readonly rack: string
  /** Null if the gateway did not answer. */
  readonly user: string | null
  /** RFC 3339; null if it is unknown. */
  readonly expiresAt: string | null
  readonly current: boolean
}

export const command = 'login <name> [url]'
export const describe = 'Log in to a gateway, and give one of its racks a name.'
export const examples = [
  'rack-gateway login staging https://gateway.example.com',
  'rack-gateway login staging     # again, at the same address',
  'rack-gateway login production https://gateway.example.com     # another rack, without a second login',
  'rack-gateway login staging --no-browser     # over SSH, type a code into any browser',
  'rack-gateway login work https://gateway.example.com --as-rack staging --rack-only',
  'rack-gateway login staging --token - < token.txt',
  'rack-gateway login staging https://gateway.internal --ca company-ca.pem',
]
export const builder = {
  name: { type: 'string', demandOption: true, complete: 'rack', describe: 'Your name for the rack' },
  url: { type: 'string', describe: 'The address of the gateway; required only the first time' },
  browser: { type: 'boolean', describe: 'Log in with a browser on this machine' },
  'no-browser': { type: 'boolean', describe: 'Log in with a code that you type into any browser' },
  'as-rack': { type: 'string', describe: "The gateway's name for the rack, if yours is different" },
  'rack-only': { type: 'boolean', describe: 'Get a session for this rack only' },
  token: { type: 'string', describe: 'Use this token instead of a login; - reads it from standard input' },
  ca: {
    type: 'string',
    complete: 'file',
    describe: "A PEM file with the only authorities that may sign the gateway's certificate; remembered for this name",
  },
  insecure: { type: 'boolean', describe: 'Allow http:// to another machine' },
  json: jsonOption,
} as const satisfies CommandOptions
export const progress = null

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { context, json, browser, noBrowser, rackOnly = false, insecure = false } = args
  if (browser && noBrowser) throw new Usage('--browser and --no-browser contradict each other.', 'Keep one of them.')
  const { name, url, token, asRack, ca } = args
  const useBrowser = browser ? true : noBrowser ? false : undefined
  const options = { name, url, token, asRack, ca, rackOnly, insecure, browser: useBrowser }
  await printOutcome(context, { json }, (context) => login(context, options))
}

/**
 * The gateway checks the credential before the credential is stored. If the gateway cannot be reached, the credential
 * is stored unchecked.
 */
async function login(context: Context, options: LoginOptions): Promise<LoginJson> {
  checkOptions(options)
  const { config, notices } = await readWritableClientConfig(context.configPath, { waitMs: context.timeouts.fileLock })
  for (const notice of notices) context.note(notice)
  const entry = gatewayOf(config, options.name)
  const origin = originOf(options, entry)
  const existing = entry !== null && gatewayAddress(entry.url).origin === origin ? entry : null
  const tlsTrust = loginTrust(context, config, { options, origin })
  const target = { options, origin, existing, tlsTrust }
  const credential = await credentialFor(context, config, target)
  const newConfig = await storeCredential(context, credential, target).catch(async function revokeNewSession(
    error: unknown,
  ) {
    if (credential.session !== null)
      await endSession({ origin, token: credential.token, tlsTrust }, credential.session.id)
    throw error
  })
  printLogin(context, { before: config, after: newConfig }, { name: options.name, origin, credential })
  const { response, session } = credential
  return {
    name: options.name,
    gateway: origin,
    rack: gatewayOf(newConfig, options.name)?.rack ?? options.name,
    user: response.kind === 'known' ? response.me.name : null,
    expiresAt: (response.kind === 'known' ? response.expiresAt : session?.expiresAt) ?? null,
    current: newConfig.current === options.name,
  }
}

async function storeCredential(context: Context, credential: Credential, target: LoginTarget): Promise<ClientConfig> {
  const { origin, options, existing, tlsTrust } = target
  const { token, response, session, source } = credential
  checkResponse(response, origin)
  const me = response.kind === 'known' ? response.me : null
  const rack = await rackFor(context, { name: options.name, rack: options.asRack, existing }, me)
  const expiresAt = response.kind === 'known' ? response.expiresAt : session?.expiresAt
  const halfLife = me?.kind === 'user' && expiresAt !== undefined ? halfway(context.now, expiresAt) : undefined
  const confirmed = me === null ? undefined : confirmedIdentity(me, context.now)
  const dates = { expires_at: expiresAt, renew_at: session?.renewAt ?? halfLife }
  const newLogin = {
    name: options.name,
    origin,
    rack,
    ca: options.ca === undefined ? undefined : tlsTrust.ca,
    token,
    source,
    boundTo: me?.rack ?? (options.rackOnly ? rack : null),
    details: { email: me?.name, confirmed, ...(source === 'new' && dates) },
  }
  const { config, notices } = await withCredentialsLock(context, async () => {
    const read = await readClientConfig(context.configPath)
    const { change, replaced, restore } = await storeLogin(context, read.config, newLogin)
    const update = await updateClientConfig(context.configPath, change, { waitMs: context.timeouts.fileLock }).catch(
      async function restoreKeychain(error: unknown) {
        const problem = await restore()
        if (problem !== null) context.note(problem)
        throw error
      },
    )
    for (const credential of replaced) await deleteReplaced(context, credential)
    return update
  })
  for (const notice of notices) context.note(notice)
  return config
}

/** A renewal is due when half of the remaining lifetime is over. */
function halfway(now: number, expiresAt: string): string {
  return new Date(now + (Date.parse(expiresAt) - now) / 2).toISOString()
}

function checkOptions(options: LoginOptions): void {
  const { name, asRack } = options
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name))
    throw new Usage(`${printable(name)} cannot be a name.`, 'Use letters, digits, dots, hyphens, and underscores.')
  checkFlags(options)
  if (asRack !== undefined && !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(asRack))
    throw new Usage(
      `${printable(asRack)} is not the name of a rack.`,
      'Use letters, digits, dots, hyphens, and underscores.',
    )
}

function originOf({ name, url, insecure }: LoginOptions, entry: GatewayEntry | null): string {
  const address = url ?? entry?.url
  if (address === undefined)
    throw new Usage(
      `${name} is a new name, so its address is required.`,
      `For example: rack-gateway login ${name} https://gateway.example.com`,
    )
  const { origin, problem } = gatewayAddress(address)
  if (origin === null) throw new Usage(`The address of the gateway cannot be used: ${problem}.`, 'Correct it.')
  if (isUnencryptedRemote(origin) && !insecure)
    throw new Usage(
      `${origin} begins with http://, so the network could read the token.`,
      'Use https://, or pass --insecure to allow it.',
    )
  return origin
}

function checkResponse(response: MeResponse, origin: string): void {
  if (response.kind === 'rejected')
    throw new TokenRejected(
      `${origin} rejected the token: ${withoutPunctuation(response.reason)}.`,
      'Copy it again, or get a new one, and log in again.',
    )
  if (response.kind === 'untrusted')
    throw new GatewayUntrusted(response.explanation.reason, response.explanation.remedy)
  if (response.kind === 'unexpected') throw unexpectedServer(origin, response.reason)
}
