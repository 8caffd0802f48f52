import type { GatewayEntry } from '@rack-gateway/config/client'
import { nearest } from '@rack-gateway/errors/nearest'
import type { Me } from '@rack-gateway/gateway-api'
import { UnknownRack, Usage } from '../errors/errors.ts'
import type { Context } from '../invocation/context.ts'
import { printable } from '../terminal/terminal.ts'

export interface RackRequest {
  /** The user's name for the rack. */
  readonly name: string
  /** The value of `--as-rack`. */
  readonly rack: string | undefined
  /** The entry of this name in the file; null if there is none, or if it is for another gateway. */
  readonly existing: GatewayEntry | null
}

const maxAttempts = 3

/**
 * Chooses `--as-rack`, the rack of the existing entry, the rack with the same name, or the only rack. Otherwise asks
 * the user. Without `--as-rack`, a user who has no role on any rack gets the rack with this name.
 *
 * @param me null if the gateway did not answer: then no rack is checked
 * @throws UnknownRack if the user has no role on the rack of `--as-rack`; Usage if the user chooses none, or cannot be
 *   asked
 */
export async function rackFor(context: Context, request: RackRequest, me: Me | null): Promise<string> {
  const { name, rack, existing } = request
  if (me === null) return rack ?? existing?.rack ?? name
  const racks = me.rack === null ? me.racks : [me.rack]
  if (racks.length === 0 && me.roles.length === 0)
    context.note('You have no role on any rack yet. Ask an administrator of the gateway.')
  if (rack !== undefined) {
    if (racks.length === 0)
      throw new UnknownRack('You have no role on any rack yet.', 'Ask an administrator of the gateway.')
    if (!racks.includes(rack))
      throw new UnknownRack(`You have no role on a rack ${JSON.stringify(printable(rack))}.`, suggestRack(rack, racks))
    return rack
  }
  const found = [existing?.rack, name].find((candidate) => candidate !== undefined && racks.includes(candidate))
  if (found !== undefined || racks.length <= 1) return found ?? racks[0] ?? name
  return askForRack(context, racks)
}

function suggestRack(rack: string, racks: readonly string[]): string {
  const near = nearest(rack, racks)
  return near === null ? `Your racks: ${printable(racks.join(', '))}.` : `Did you mean ${printable(near)}?`
}

async function askForRack(context: Context, racks: readonly string[]): Promise<string> {
  const listed = printable(racks.join(', '))
  const notChosen = new Usage('You have roles on several racks of the gateway.', `Pass --as-rack with one of ${listed}`)
  if (!context.interactive) throw notChosen
  context.note(`You have roles on several racks of the gateway: ${listed}`)
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const typed = await context.ask('Which one? ')
    if (typed === '') break
    if (racks.includes(typed)) return typed
    context.note(`There is no rack ${JSON.stringify(printable(typed))}. ${suggestRack(typed, racks)}`)
  }
  throw notChosen
}
