import {
  type ClientConfig,
  type GatewayEntry,
  gatewayOf,
  nearest,
  readClientConfig,
  Secret,
  updateClientConfig,
} from '@rack-gateway/config/client'
import type { Context } from '../context.ts'
import { GatewayUnreachable, TokenRefused, UnknownRack, Usage } from '../errors.ts'
import { gatewayAddress, isExposed } from '../gateway-address.ts'
import { askMe, type Me, type MeAnswer } from '../gateway-client.ts'
import { printable } from '../terminal.ts'

export interface LoginOptions {
  readonly name: string
  readonly url: string | undefined
  readonly token: string | undefined
  readonly rack: string | undefined
  readonly insecure: boolean
}

/**
 * Keeps a token for a gateway under a name, once the gateway has said that it is valid. A gateway that can't be reached,
 * or that can't tell, is believed.
 */
export async function login(context: Context, options: LoginOptions): Promise<void> {
  const { name } = options
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name))
    throw new Usage(`${printable(name)} can't be a name: use letters, digits, dots, hyphens and underscores`)
  const { config } = await readClientConfig(context.configPath)
  const known = gatewayOf(config, name)
  const origin = originOf(options, known)
  const token = await tokenFrom(context, options)
  const answer = await askMe(origin, token)
  checkAnswer(answer, origin)
  const me = answer.kind === 'known' ? answer.me : null
  const rack = rackFor(options, { known: known?.url === origin ? known : null, me })

  const expiresAt = answer.kind === 'known' ? answer.expiresAt : undefined
  const renewAt = me?.kind === 'user' && expiresAt !== undefined ? halfway(context.now, expiresAt) : undefined
  const entry = { token, email: me?.name, expiresAt, renewAt }
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
      `${name} is new here, so its address is needed: rack-gateway login ${name} https://gateway.example.com --token -`,
    )
  const { origin, problem } = gatewayAddress(given)
  if (origin === null) throw new Usage(`that is not the address of a gateway: ${problem}`)
  if (isExposed(origin) && !insecure)
    throw new Usage(
      `${origin} begins with http://, which would show the token to the network: use https://, or add --insecure if that is meant`,
    )
  return origin
}

async function tokenFrom(context: Context, { name, token }: LoginOptions): Promise<Secret> {
  if (token === undefined)
    throw new Usage(`a token is needed: rack-gateway login ${name} --token - reads it from stdin`)
  const value = token === '-' ? await context.readSecret('Token: ') : token
  if (!/^[\x21-\x7e]+$/.test(value))
    throw new Usage(value === '' ? 'the token is empty' : 'the token has characters that no token has: copy it again')
  return new Secret(value)
}

function checkAnswer(answer: MeAnswer, origin: string): void {
  if (answer.kind === 'refused')
    throw new TokenRefused(
      `${origin} refused the token: it has ended, was revoked, or is another gateway's; get a new one and log in again`,
    )
  if (answer.kind === 'foreign')
    throw new GatewayUnreachable(`${origin} does not answer as a gateway (${answer.reason}): check the address`)
}

/** Asked for, bound to the token, kept from before, named like the gateway, or the only one. */
function rackFor(
  { name, rack }: LoginOptions,
  { known, me }: { known: GatewayEntry | null; me: Me | null },
): string | undefined {
  if (rack !== undefined && !/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(rack))
    throw new Usage(`${printable(rack)} is not the name of a rack`)
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

interface Login {
  readonly name: string
  readonly origin: string
  readonly rack: string | undefined
  readonly entry: {
    readonly token: Secret
    readonly email: string | undefined
    readonly expiresAt: string | undefined
    readonly renewAt: string | undefined
  }
}

/** Undefined fields vanish when the file is written; fields that aren't known stay. */
function withLogin(config: ClientConfig, { name, origin, rack, entry }: Login): ClientConfig {
  const gateway = { ...config.gateways?.[name], url: origin, rack }
  const token = {
    ...config.tokens?.[name],
    token: entry.token.reveal(),
    email: entry.email,
    expires_at: entry.expiresAt,
    renew_at: entry.renewAt,
  }
  return {
    ...config,
    gateways: { ...config.gateways, [name]: withoutUndefined(gateway) },
    tokens: { ...config.tokens, [name]: withoutUndefined(token) },
    current: config.current ?? name,
  }
}

function withoutUndefined<T extends object>(value: T): T {
  const copy = { ...value }
  for (const [key, field] of Object.entries(copy)) {
    if (field === undefined) Reflect.deleteProperty(copy, key)
  }
  return copy
}
