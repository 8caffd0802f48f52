import {
  type ClientConfig,
  type GatewayEntry,
  gatewayOf,
  namesOf,
  readWritableClientConfig,
  Secret,
  updateClientConfig,
} from '@rack-gateway/config/client'
import { deviceLogin } from '../browser-login/device.ts'
import { checkFlags, chooseFlow } from '../browser-login/flow.ts'
import type { Session } from '../browser-login/gateway.ts'
import { loopbackLogin } from '../browser-login/loopback.ts'
import type { Context } from '../context.ts'
import { GatewayUnreachable, TokenRefused, Usage } from '../errors.ts'
import { gatewayAddress, isExposed } from '../gateway-address.ts'
import { askMe, endSession, type MeAnswer } from '../gateway-client.ts'
import { knownSession } from '../known-session.ts'
import { confirmedBy, withLogin } from '../login-entry.ts'
import { rackFor } from '../login-rack.ts'
import { printable } from '../terminal.ts'

export interface LoginOptions {
  readonly name: string
  readonly url: string | undefined
  readonly token: string | undefined
  /** The gateway's own name of the rack. */
  readonly asRack: string | undefined
  /** What `--browser` or `--no-browser` said. */
  readonly browser: boolean | undefined
  readonly rackOnly: boolean
  readonly insecure: boolean
}

/** What came of a login. */
export interface LoggedIn {
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

/**
 * Logs in with a browser, unless a token is given or there is a session at this address that does, and keeps what comes of
 * it under a name, once the gateway has said that it is valid. A gateway that can't be reached, or that can't tell, is
 * believed.
 */
export async function login(context: Context, options: LoginOptions): Promise<LoggedIn> {
  checkOptions(options)
  const { config, notices } = await readWritableClientConfig(context.configPath)
  for (const notice of notices) context.note(notice)
  const known = gatewayOf(config, options.name)
  const origin = originOf(options, known)
  const kept = known !== null && gatewayAddress(known.url).origin === origin ? known : null
  const credential = await credentialFor(context, config, { options, origin, kept })
  const written = await keep(context, credential, { options, origin, kept }).catch(async function giveBack(
    error: unknown,
  ) {
    if (credential.session !== null) await endSession(origin, credential.token, credential.session.id)
    throw error
  })
  say(context, { before: config, written }, { name: options.name, origin, credential })
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

interface Place {
  readonly options: LoginOptions
  readonly origin: string
  /** The entry that the name has at this address. */
  readonly kept: GatewayEntry | null
}

interface Credential {
  readonly token: Secret
  readonly answer: MeAnswer
  readonly source: 'new' | 'kept'
  /** Of a login by browser. */
  readonly session: Session | null
}

async function credentialFor(
  context: Context,
  config: ClientConfig,
  { options, origin, kept }: Place,
): Promise<Credential> {
  const { token: given, rackOnly, asRack: rack } = options
  if (given === undefined && !rackOnly) {
    const known = await knownSession(context, config, { origin, rack, kept })
    if (known !== null) return { ...known, source: 'kept', session: null }
  }
  const session =
    given === undefined ? await browserLogin(context, { ...options, asRack: rack ?? kept?.rack }, origin) : null
  const token = session === null ? await givenToken(context, given ?? '') : new Secret(session.token)
  return { token, session, source: 'new', answer: await askMe(origin, token) }
}

async function keep(context: Context, credential: Credential, place: Place): Promise<ClientConfig> {
  const { origin, options, kept } = place
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
    token,
    source,
    boundTo: me?.rack ?? (options.rackOnly ? rack : null),
    about: { email: me?.name, confirmed, ...(source === 'new' && dates) },
  }
  const { config, notices } = await updateClientConfig(context.configPath, (current) =>
    withLogin(context, current, login),
  )
  for (const notice of notices) context.note(notice)
  return config
}

function say(
  context: Context,
  { before, written }: { readonly before: ClientConfig; readonly written: ClientConfig },
  { name, origin, credential }: { readonly name: string; readonly origin: string; readonly credential: Credential },
): void {
  const { answer, source } = credential
  if (answer.kind === 'unreachable')
    context.note(`${origin} could not be asked about the token (${printable(answer.reason)}): it was kept unchecked`)
  const who = answer.kind === 'known' ? ` as ${printable(answer.me.name)}` : ''
  const how = source === 'kept' ? `, with the session that you have at ${origin}` : ''
  context.print(`Logged in to ${name}${who}${how}.`)
  sayWhoElse(context, { before, written }, { name, origin })
  if (written.current !== name)
    context.print(
      `The current rack is still ${printable(written.current ?? 'none')}; to change it: rack-gateway switch ${name}`,
    )
}

/** Other names of the address have the session, too: said where that makes them somebody else's. */
function sayWhoElse(
  context: Context,
  { before, written }: { readonly before: ClientConfig; readonly written: ClientConfig },
  { name, origin }: { readonly name: string; readonly origin: string },
): void {
  const [was, is] = [before, written].map(({ sessions }) => sessions?.[origin]?.email)
  const others = namesOf(written, { kind: 'session', origin }).filter((other) => other !== name)
  if (was !== undefined && is !== undefined && was !== is && others.length > 0)
    context.note(
      `${printable(others.join(', '))} had the session of ${printable(was)} at this address, and now goes with this one`,
    )
}

/** When half of what is left of a session is over: time for a newer token. */
function halfway(now: number, expiresAt: string): string {
  return new Date(now + (Date.parse(expiresAt) - now) / 2).toISOString()
}

function checkOptions(options: LoginOptions): void {
  const { name, asRack } = options
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name))
    throw new Usage(`${printable(name)} can't be a name: use letters, digits, dots, hyphens and underscores`)
  checkFlags(options)
  if (asRack !== undefined && !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(asRack))
    throw new Usage(`${printable(asRack)} is not the name of a rack`)
}

function originOf({ name, url, insecure }: LoginOptions, known: GatewayEntry | null): string {
  const given = url ?? known?.url
  if (given === undefined)
    throw new Usage(
      `${name} is new here, so its address is needed: rack-gateway login ${name} https://gateway.example.com`,
    )
  const { origin, problem } = gatewayAddress(given)
  if (origin === null) throw new Usage(`that is not the address of a gateway: ${problem}`)
  if (isExposed(origin) && !insecure)
    throw new Usage(
      `${origin} begins with http://, which would show the token to the network: use https://, or add --insecure if that is meant`,
    )
  return origin
}

async function givenToken(context: Context, token: string): Promise<Secret> {
  const value = token === '-' ? await context.readSecret('Token: ') : token
  if (!/^[\x21-\x7e]+$/.test(value))
    throw new Usage(value === '' ? 'the token is empty' : 'the token has characters that no token has: copy it again')
  return new Secret(value)
}

async function browserLogin(context: Context, options: LoginOptions, origin: string): Promise<Session> {
  const { name, asRack = name, rackOnly, browser } = options
  const login = { origin, rack: rackOnly ? asRack : undefined }
  const flow = chooseFlow(context, browser)
  if (flow.kind === 'loopback') return loopbackLogin(context, login)
  if (flow.because !== null)
    context.note(
      `there is no browser here to open (${flow.because}), so you log in by a code; --browser opens one all the same`,
    )
  return deviceLogin(context, login)
}

function checkAnswer(answer: MeAnswer, origin: string): void {
  if (answer.kind === 'refused')
    throw new TokenRefused(
      `${origin} refused the token: it has ended, was revoked, or is another gateway's; get a new one and log in again`,
    )
  if (answer.kind === 'foreign')
    throw new GatewayUnreachable(`${origin} does not answer as a gateway (${answer.reason}): check the address`)
}
