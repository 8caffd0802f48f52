import { type ClientConfig, type GatewayEntry, Secret } from '@rack-gateway/config/client'
import type { NewSession } from '@rack-gateway/gateway-api'
import { deviceLogin } from '../browser-login/device.ts'
import { chooseFlow } from '../browser-login/flow.ts'
import { type BrowserLogin, loopbackLogin } from '../browser-login/loopback.ts'
import type { Context } from '../context.ts'
import { Usage } from '../errors.ts'
import { askMe, type MeAnswer } from '../gateway/gateway-client.ts'
import type { GatewayTrust } from '../gateway/tls/gateway-trust.ts'
import { reusableSession } from './reusable-session.ts'
import { isTokenText } from './token-text.ts'

export interface LoginOptions {
  readonly name: string
  readonly url: string | undefined
  readonly token: string | undefined
  /** The gateway's own name of the rack. */
  readonly asRack: string | undefined
  /** What `--browser` or `--no-browser` said. */
  readonly browser: boolean | undefined
  readonly rackOnly: boolean
  /** The file with the only authorities for the gateway's certificate, as it was typed. */
  readonly ca: string | undefined
  readonly insecure: boolean
}

/** A login, and where. */
export interface LoginTarget {
  readonly options: LoginOptions
  readonly origin: string
  /** The entry that the name has at this address. */
  readonly kept: GatewayEntry | null
  /** Who may have signed its certificate: as `--ca` says, else the file. */
  readonly trust: GatewayTrust
}

export interface Credential {
  readonly token: Secret
  readonly answer: MeAnswer
  readonly source: 'new' | 'kept'
  /** Of a login by browser. */
  readonly session: NewSession | null
}

/** The token of a login: that of the session at this address, where it does; else one that is given, or that a browser leads to. */
export async function credentialFor(
  context: Context,
  config: ClientConfig,
  { options, origin, kept, trust }: LoginTarget,
): Promise<Credential> {
  const { token: given, rackOnly, asRack: rack } = options
  if (given === undefined && !rackOnly) {
    const known = await reusableSession(context, config, { origin, rack, kept, trust })
    if (known !== null) return { ...known, source: 'kept', session: null }
  }
  const session =
    given === undefined
      ? await browserLogin(context, { ...options, asRack: rack ?? kept?.rack }, { origin, trust })
      : null
  const token = session === null ? await givenToken(context, given ?? '') : new Secret(session.token)
  return { token, session, source: 'new', answer: await askMe({ origin, token, trust }) }
}

async function givenToken(context: Context, token: string): Promise<Secret> {
  const value = token === '-' ? await context.readSecret('Token: ') : token
  if (value === '')
    throw new Usage('The token is empty.', 'Pass a token to --token, or leave it out to log in with a browser.')
  if (!isTokenText(value)) throw new Usage('The token has characters that no token has.', 'Copy it again.')
  return new Secret(value)
}

async function browserLogin(
  context: Context,
  options: LoginOptions,
  { origin, trust }: Pick<BrowserLogin, 'origin' | 'trust'>,
): Promise<NewSession> {
  const { name, asRack = name, rackOnly, browser } = options
  const login = { origin, trust, rack: rackOnly ? asRack : undefined }
  const flow = chooseFlow(context, browser)
  if (flow.kind === 'loopback') return loopbackLogin(context, login)
  if (flow.because !== null)
    context.note(
      `No browser can be opened here (${flow.because}), so you log in with a code. --browser opens one anyway.`,
    )
  return deviceLogin(context, login)
}
