import { Usage } from '../errors/errors.ts'
import { requireIdentity } from '../session/require-identity.ts'
import { printable } from '../terminal/terminal.ts'
import type { Target } from './local/target.ts'

/** @throws as `requireIdentity`; Usage if the token has no rack, or several */
export async function defaultRack(target: Target): Promise<string> {
  const { me } = await requireIdentity(target)
  const racks = me.rack === null ? me.racks : [me.rack]
  const [only] = racks
  if (only === undefined)
    throw new Usage('The token has no role on any rack.', 'Ask an administrator of the gateway for a role.')
  if (racks.length > 1)
    throw new Usage('No rack is chosen.', `Name one with --rack or GATEWAY_RACK: ${printable(racks.join(', '))}`)
  return only
}
