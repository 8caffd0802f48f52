import { type ClientConfig, type GatewayEntry, Secret } from '@rack-gateway/config/client'
import type { NewSession } from '@rack-gateway/gateway-api'
import { deviceLogin } from '../browser-login/device.ts'
import { chooseFlow } from '../browser-login/flow.ts'
import { type BrowserLogin, loopbackLogin } from '../browser-login/loopback.ts'
import { Usage } from '../errors/errors.ts'
import { askMe, type MeResponse } from '../gateway/gateway-client.ts'
import type { GatewayTrust } from '../gateway/tls/gateway-trust.ts'
import type { Context } from '../invocation/context.ts'
import { isTokenText } from '../token/token-text.ts'
import { reusableSession } from './reusable-session.ts'

export interface LoginOptions {
  readonly name: string
  readonly url: string | undefined
  readonly token: string | undefined
  /** The gateway's name of the rack. */
  readonly asRack: string | undefined
  /** `true` for `--browser`, `false` for `--no-browser`. */
  readonly browser: boolean | undefined
  readonly rackOnly: boolean
  /** The path of `--ca`, as it was typed. */
  readonly ca: string | undefined
  readonly insecure: boolean
}

export interface LoginTarget {
  readonly options: LoginOptions
  readonly origin: string
  /** The entry of this name in the file; null if there is none, or if it is for another gateway. */
  readonly existing: GatewayEntry | null
  /** From `--ca`, or else from the file. */
  readonly tlsTrust: GatewayTrust
}

/** The token of a login, and the gateway's response about it. */
export interface Credential {
  readonly token: Secret
  readonly response: MeResponse
  /** `new`: from a login or from `--token`. `existing`: from the session that exists for this address. */
  readonly source: 'new' | 'existing'
  /** Set after a login with a browser. */
  readonly session: NewSession | null
}

export async function credentialFor(
  context: Context,
  config: ClientConfig,
  { options, origin, existing, tlsTrust }: LoginTarget,
): Promise<Credential> {
  const { token: typedToken, rackOnly, asRack: rack } = options
  if (typedToken === undefined && !rackOnly) {
    const reusable = await reusableSession(context, config, { origin, rack, existing, tlsTrust })
    if (reusable !== null) return { ...reusable, source: 'existing', session: null }
  }
  const session =
    typedToken === undefined
      ? await browserLogin(context, { ...options, asRack: rack ?? existing?.rack }, { origin, tlsTrust })
      : null
  const token = session === null ? await readTypedToken(context, typedToken ?? '') : new Secret(session.token)
  return { token, session, source: 'new', response: await askMe({ origin, token, tlsTrust }) }
}

async function readTypedToken(context: Context, token: string): Promise<Secret> {
  const value = token === '-' ? await context.readSecret('Token: ') : token
  if (value === '')
    throw new Usage('The token is empty.', 'Pass a token to --token, or leave --token out to log in with a browser.')
  if (!isTokenText(value)) throw new Usage('The token has characters that tokens cannot have.', 'Copy it again.')
  return new Secret(value)
}

async function browserLogin(
  context: Context,
  options: LoginOptions,
  { origin, tlsTrust }: Pick<BrowserLogin, 'origin' | 'tlsTrust'>,
): Promise<NewSession> {
  const { name, asRack = name, rackOnly, browser } = options
  const login = { origin, tlsTrust, rack: rackOnly ? asRack : undefined }
  const flow = chooseFlow(context, browser)
  if (flow.kind === 'loopback') return loopbackLogin(context, login)
  if (flow.because !== null)
    context.note(
      `No browser can be opened here (${flow.because}), so you log in with a code. --browser opens one anyway.`,
    )
  return deviceLogin(context, login)
}
