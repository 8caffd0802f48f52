import { type GatewayEntry, nearest } from '@rack-gateway/config/client'
import type { Me } from '@rack-gateway/gateway-api'
import type { Context } from '../context.ts'
import { UnknownRack, Usage } from '../errors.ts'
import { printable } from '../output/terminal.ts'

/** What says which rack a name of the file is for. */
export interface RackWanted {
  readonly name: string
  /** By `--as-rack`. */
  readonly rack: string | undefined
  /** The entry that the name has at this address. */
  readonly kept: GatewayEntry | null
}

const mostAttempts = 3

/**
 * The rack of a name: the one that is asked for, kept from before, named like the entry, or the only one; else the person
 * is asked. Without an answer of the gateway's, it is believed to be the one of that name.
 *
 * @throws UnknownRack, Usage
 */
export async function rackFor(context: Context, wanted: RackWanted, me: Me | null): Promise<string> {
  const { name, rack, kept } = wanted
  if (me === null) return rack ?? kept?.rack ?? name
  const racks = me.rack === null ? me.racks : [me.rack]
  if (racks.length === 0 && me.roles.length === 0)
    context.note('You have no role on any rack yet. Ask an administrator of the gateway.')
  if (rack !== undefined) {
    if (racks.length === 0)
      throw new UnknownRack('You have no role on any rack yet.', 'Ask an administrator of the gateway.')
    if (!racks.includes(rack))
      throw new UnknownRack(`You have no role on a rack ${JSON.stringify(printable(rack))}.`, meant(rack, racks))
    return rack
  }
  const found = [kept?.rack, name].find((candidate) => candidate !== undefined && racks.includes(candidate))
  if (found !== undefined || racks.length <= 1) return found ?? racks[0] ?? name
  return askedRack(context, racks)
}

function meant(rack: string, racks: readonly string[]): string {
  const near = nearest(rack, racks)
  return near === null ? `Your racks: ${printable(racks.join(', '))}.` : `Did you mean ${printable(near)}?`
}

async function askedRack(context: Context, racks: readonly string[]): Promise<string> {
  const listed = printable(racks.join(', '))
  const several = new Usage('You have roles on several racks of the gateway.', `Pass --as-rack with one of ${listed}`)
  if (!context.interactive) throw several
  context.note(`You have roles on several racks of the gateway: ${listed}`)
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const typed = await context.ask('Which one? ')
    if (typed === '') break
    if (racks.includes(typed)) return typed
    context.note(`There is no rack ${JSON.stringify(printable(typed))}. ${meant(typed, racks)}`)
  }
  throw several
}
