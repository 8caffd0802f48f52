import {
  type GatewayEntry,
  gatewayOf,
  nearest,
  readClientConfig,
  Secret,
  updateClientConfig,
} from '@rack-gateway/config/client'
import { deviceLogin } from '../browser-login/device.ts'
import { checkFlags, chooseFlow } from '../browser-login/flow.ts'
import type { Session } from '../browser-login/gateway.ts'
import { loopbackLogin } from '../browser-login/loopback.ts'
import type { Context } from '../context.ts'
import { GatewayUnreachable, TokenRefused, UnknownRack, Usage } from '../errors.ts'
import { gatewayAddress, isExposed } from '../gateway-address.ts'
import { askMe, endSession, type Me, type MeAnswer } from '../gateway-client.ts'
import { withLogin } from '../login-entry.ts'
import { printable } from '../terminal.ts'

export interface LoginOptions {
  readonly name: string
  readonly url: string | undefined
  readonly token: string | undefined
  readonly rack: string | undefined
  /** What `--browser` or `--no-browser` said. */
  readonly browser: boolean | undefined
  readonly rackOnly: boolean
  readonly insecure: boolean
}

/**
 * Logs in with a browser, unless a token is given, and keeps what comes of it under a name, once the gateway has said
 * that it is valid. A gateway that can't be reached, or that can't tell, is believed.
 */
export async function login(context: Context, options: LoginOptions): Promise<void> {
  const { name } = options
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name))
    throw new Usage(`${printable(name)} can't be a name: use letters, digits, dots, hyphens and underscores`)
  checkFlags(options)
  checkRackName(options.rack)
  const { config } = await readClientConfig(context.configPath)
  const known = gatewayOf(config, name)
  const origin = originOf(options, known)
  const kept = known?.url === origin ? known : null
  const { token, session } = await credentialFrom(context, { ...options, rack: options.rack ?? kept?.rack }, origin)
  const answer = await askMe(origin, token)
  const me = answer.kind === 'known' ? answer.me : null
  const rack = await chosenRack(options, { known: kept, answer, origin }).catch(async function giveBack(
    error: unknown,
  ) {
    if (session !== null) await endSession(origin, token, session.id)
    throw error
  })
  const expiresAt = answer.kind === 'known' ? answer.expiresAt : session?.expiresAt
  const half = me?.kind === 'user' && expiresAt !== undefined ? halfway(context.now, expiresAt) : undefined
  const entry = { token, email: me?.name, expiresAt, renewAt: session?.renewAt ?? half }
  const { config: written, notices } = await updateClientConfig(context.configPath, (current) =>
    withLogin(current, { name, origin, rack, entry }),
  )
  for (const notice of notices) context.note(notice)

  if (answer.kind === 'unreachable')
    context.note(`${origin} could not be asked about the token (${printable(answer.reason)}): it was kept unchecked`)
  context.print(`Logged in to ${name}${me === null ? '' : ` as ${printable(me.name)}`}.`)
  if (written.current !== name)
    context.print(
      `The current rack is still ${printable(written.current ?? 'none')}; to change it: rack-gateway switch ${name}`,
    )
}

/** When half of what is left of a session is over: time for a newer token. */
function halfway(now: number, expiresAt: string): string {
  return new Date(now + (Date.parse(expiresAt) - now) / 2).toISOString()
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

interface Credential {
  readonly token: Secret
  /** Of a login by browser. */
  readonly session: Session | null
}

async function credentialFrom(context: Context, options: LoginOptions, origin: string): Promise<Credential> {
  const { token } = options
  if (token === undefined) {
    const session = await browserLogin(context, options, origin)
    return { token: new Secret(session.token), session }
  }
  const value = token === '-' ? await context.readSecret('Token: ') : token
  if (!/^[\x21-\x7e]+$/.test(value))
    throw new Usage(value === '' ? 'the token is empty' : 'the token has characters that no token has: copy it again')
  return { token: new Secret(value), session: null }
}

async function browserLogin(context: Context, options: LoginOptions, origin: string): Promise<Session> {
  const { name, rack = name, rackOnly, browser } = options
  const login = { origin, rack: rackOnly ? rack : undefined }
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

function checkRackName(rack: string | undefined): void {
  if (rack !== undefined && !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(rack))
    throw new Usage(`${printable(rack)} is not the name of a rack`)
}

interface Told {
  readonly known: GatewayEntry | null
  readonly answer: MeAnswer
  readonly origin: string
}

async function chosenRack(options: LoginOptions, { known, answer, origin }: Told): Promise<string | undefined> {
  checkAnswer(answer, origin)
  return rackFor(options, { known, me: answer.kind === 'known' ? answer.me : null })
}

/** Asked for, bound to the token, kept from before, named like the gateway, or the only one. */
function rackFor(
  { name, rack }: LoginOptions,
  { known, me }: { known: GatewayEntry | null; me: Me | null },
): string | undefined {
  if (me === null) return rack ?? known?.rack
  const racks = me.rack === null ? me.racks : [me.rack]
  const listed = printable(racks.join(', '))
  if (rack !== undefined) {
    const near = nearest(rack, racks)
    if (!racks.includes(rack))
      throw new UnknownRack(
        `the token is not for the rack ${rack}: ${near === null ? `it is for ${listed || 'none'}` : `did you mean ${printable(near)}?`}`,
      )
    return rack
  }
  const found = [known?.rack, name].find((candidate) => candidate !== undefined && racks.includes(candidate))
  if (found !== undefined || racks.length <= 1) return found ?? racks[0]
  throw new Usage(`the gateway has several racks for you: add --rack with one of ${listed}`)
}
