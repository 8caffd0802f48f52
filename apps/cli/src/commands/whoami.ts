import type { Context } from '../context.ts'
import { GatewayUnreachable, TokenRefused } from '../errors.ts'
import { expiryOf } from '../expiry.ts'
import { askMe } from '../gateway-client.ts'
import { rackUrlTarget } from '../rack-url-target.ts'
import { safeJson } from '../safe-json.ts'
import { findTarget } from '../target.ts'
import { printable } from '../terminal.ts'

export interface WhoamiOptions {
  readonly rack: string | null
  readonly format: 'text' | 'json'
}

/** Asks the gateway whose the token is, what it may do and when it ends. */
export async function whoami(context: Context, { rack, format }: WhoamiOptions): Promise<void> {
  const target = rackUrlTarget(context.env.RACK_URL) ?? (await findTarget(context, rack))
  const answer = await askMe(target.origin, target.token)
  if (answer.kind === 'refused')
    throw new TokenRefused(
      `${target.origin} refused the token: it has ended or was revoked: log in again with: rack-gateway login ${printable(target.name ?? 'NAME')}`,
    )
  if (answer.kind === 'unsupported')
    throw new GatewayUnreachable(
      `${target.origin} can't say whose the token is: check that it is the address of a Rack Gateway`,
    )
  if (answer.kind !== 'known')
    throw new GatewayUnreachable(
      `${target.origin} could not be asked: ${printable(answer.reason)}; check the address and the network`,
    )

  const { me, expiresAt } = answer
  if (format === 'json') {
    context.print(safeJson({ ...me, expiresAt, gateway: target.origin }, 2))
    return
  }
  const expiry = expiryOf(expiresAt, context.now)
  context.print(`${printable(me.name)} (${printable(me.kind)})`)
  context.print(`gateway  ${target.origin}`)
  context.print(`rack     ${printable(target.rack ?? me.rack ?? unnamedRack(me.racks))}`)
  context.print(`racks    ${printable(me.racks.join(', ')) || 'none'}`)
  context.print(`roles    ${printable(me.roles.join(', ')) || 'none'}`)
  context.print(`token    ${expiry.state === 'unknown' ? 'end not known' : `${expiry.words}, at ${expiry.at}`}`)
}

/** What a call without a rack's name would reach: the only one, or nothing. */
function unnamedRack(racks: readonly string[]): string {
  const [only] = racks
  return only !== undefined && racks.length === 1 ? only : 'none yet: name one with --rack, or when you log in'
}
