import {
  type ClientConfig,
  type GatewayEntry,
  gatewayAddress,
  gatewayOf,
  isExposed,
  readClientConfig,
  readWritableClientConfig,
  updateClientConfig,
} from '@rack-gateway/config/client'
import { checkFlags } from '../browser-login/flow.ts'
import type { Context } from '../context.ts'
import { GatewayUnreachable, GatewayUntrusted, TokenRefused, Usage } from '../errors.ts'
import { endSession, type MeAnswer } from '../gateway/gateway-client.ts'
import { printOutcome } from '../output/print-outcome.ts'
import { printable, withoutPunctuation } from '../output/terminal.ts'
import { type Credential, credentialFor, type LoginOptions, type LoginTarget } from '../session/login-credential.ts'
import { confirmedBy, storeLogin } from '../session/login-entry.ts'
import { printLogin } from '../session/login-messages.ts'
import { rackFor } from '../session/login-rack.ts'
import { loginTrust } from '../session/login-trust.ts'
import { withCredentialsLock } from '../token-store/credentials-lock.ts'
import { forgetReplaced } from '../token-store/stored-token.ts'
import type { Arguments, CommandOptions } from './command-module.ts'
import { jsonOption } from './options/shared-options.ts'

/** What `login --json` prints. */
interface LoggedIn {
  readonly name: string
  /** Its address. */
  readonly gateway: string
  readonly rack: string
  /** Null where the gateway couldn't say. */
  readonly user: string | null
  /** RFC 3339. */
  readonly expiresAt: string | null
  /** Whether it is the current rack now. */
  readonly current: boolean
}

export const command = 'login <name> [url]'
export const describe = 'Log in to a gateway, and give one of its racks a name.'
export const examples = [
  'rack-gateway login staging https://gateway.example.com',
  'rack-gateway login staging     # again, at the address that is known',
  'rack-gateway login production https://gateway.example.com     # another rack there, without a second login',
  'rack-gateway login staging --no-browser     # over SSH: type a code into a browser elsewhere',
  'rack-gateway login work https://gateway.example.com --as-rack staging --rack-only',
  'rack-gateway login staging --token - < token.txt',
  'rack-gateway login staging https://gateway.internal --ca company-ca.pem',
]
export const builder = {
  name: { type: 'string', demandOption: true, complete: 'rack', describe: 'Your name of the rack' },
  url: { type: 'string', describe: 'The address of the gateway; needed only the first time' },
  browser: { type: 'boolean', describe: 'Log in with a browser on this machine' },
  'no-browser': { type: 'boolean', describe: 'Log in with a code that you type into any browser' },
  'as-rack': { type: 'string', describe: "The gateway's name of the rack, if yours is different" },
  'rack-only': { type: 'boolean', describe: 'Get a session for this rack alone' },
  token: { type: 'string', describe: 'Use this token instead of a login; - reads it from standard input' },
  ca: {
    type: 'string',
    complete: 'file',
    describe: "A PEM file with the only authorities that may sign the gateway's certificate; remembered for this name",
  },
  insecure: { type: 'boolean', describe: 'Permit http:// to another machine' },
  json: jsonOption,
} as const satisfies CommandOptions

export async function handler(given: Arguments<typeof builder>): Promise<void> {
  const { context, json, browser, noBrowser, rackOnly = false, insecure = false } = given
  if (browser && noBrowser) throw new Usage('--browser and --no-browser contradict each other.', 'Keep one of them.')
  const { name, url, token, asRack, ca } = given
  const wanted = browser ? true : noBrowser ? false : undefined
  const options = { name, url, token, asRack, ca, rackOnly, insecure, browser: wanted }
  await printOutcome(context, { json }, (context) => login(context, options))
}

/**
 * Logs in with a browser, unless a token is given or this gateway's session works, and stores the credential under a name
 * once the gateway has confirmed it. If the gateway cannot be reached or cannot tell, the credential is stored, too.
 */
async function login(context: Context, options: LoginOptions): Promise<LoggedIn> {
  checkOptions(options)
  const { config, notices } = await readWritableClientConfig(context.configPath, { waitMs: context.timeouts.fileLock })
  for (const notice of notices) context.note(notice)
  const known = gatewayOf(config, options.name)
  const origin = originOf(options, known)
  const kept = known !== null && gatewayAddress(known.url).origin === origin ? known : null
  const trust = loginTrust(context, config, { options, origin })
  const place = { options, origin, kept, trust }
  const credential = await credentialFor(context, config, place)
  const written = await keep(context, credential, place).catch(async function giveBack(error: unknown) {
    if (credential.session !== null) await endSession({ origin, token: credential.token, trust }, credential.session.id)
    throw error
  })
  printLogin(context, { before: config, written }, { name: options.name, origin, credential })
  const { answer, session } = credential
  return {
    name: options.name,
    gateway: origin,
    rack: gatewayOf(written, options.name)?.rack ?? options.name,
    user: answer.kind === 'known' ? answer.me.name : null,
    expiresAt: (answer.kind === 'known' ? answer.expiresAt : session?.expiresAt) ?? null,
    current: written.current === options.name,
  }
}

async function keep(context: Context, credential: Credential, place: LoginTarget): Promise<ClientConfig> {
  const { origin, options, kept, trust } = place
  const { token, answer, session, source } = credential
  checkAnswer(answer, origin)
  const me = answer.kind === 'known' ? answer.me : null
  const rack = await rackFor(context, { name: options.name, rack: options.asRack, kept }, me)
  const expiresAt = answer.kind === 'known' ? answer.expiresAt : session?.expiresAt
  const half = me?.kind === 'user' && expiresAt !== undefined ? halfway(context.now, expiresAt) : undefined
  const confirmed = me === null ? undefined : confirmedBy(me, context.now)
  const dates = { expires_at: expiresAt, renew_at: session?.renewAt ?? half }
  const login = {
    name: options.name,
    origin,
    rack,
    ca: options.ca === undefined ? undefined : trust.ca,
    token,
    source,
    boundTo: me?.rack ?? (options.rackOnly ? rack : null),
    about: { email: me?.name, confirmed, ...(source === 'new' && dates) },
  }
  const { config, notices } = await withCredentialsLock(context, async () => {
    const read = await readClientConfig(context.configPath)
    const { change, replaced, putBack } = await storeLogin(context, read.config, login)
    const written = await updateClientConfig(context.configPath, change, { waitMs: context.timeouts.fileLock }).catch(
      async function keepOld(error: unknown) {
        const left = await putBack()
        if (left !== null) context.note(left)
        throw error
      },
    )
    for (const credential of replaced) await forgetReplaced(context, credential)
    return written
  })
  for (const notice of notices) context.note(notice)
  return config
}

/** When half of what is left of a session is over: time for a newer token. */
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

function originOf({ name, url, insecure }: LoginOptions, known: GatewayEntry | null): string {
  const given = url ?? known?.url
  if (given === undefined)
    throw new Usage(
      `${name} is new here, so its address is needed.`,
      `For example: rack-gateway login ${name} https://gateway.example.com`,
    )
  const { origin, problem } = gatewayAddress(given)
  if (origin === null) throw new Usage(`That is not the address of a gateway: ${problem}.`, 'Correct it.')
  if (isExposed(origin) && !insecure)
    throw new Usage(
      `${origin} begins with http://, so the network could read the token.`,
      'Use https://, or pass --insecure to permit it.',
    )
  return origin
}

function checkAnswer(answer: MeAnswer, origin: string): void {
  if (answer.kind === 'refused')
    throw new TokenRefused(
      `${origin} refused the token: ${withoutPunctuation(answer.reason)}.`,
      'Copy it again, or get a new one, and log in again.',
    )
  if (answer.kind === 'distrusted') throw new GatewayUntrusted(answer.words.reason, answer.words.remedy)
  if (answer.kind === 'foreign')
    throw new GatewayUnreachable(
      `${origin} does not answer like a Rack Gateway (${answer.reason}).`,
      'Check the address.',
    )
}
