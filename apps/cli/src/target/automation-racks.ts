import type { Context } from '../context.ts'
import { known } from '../session/require-identity.ts'
import type { RackRow } from './rack-row.ts'
import { findTarget } from './target.ts'

/** The racks that `RACK_GATEWAY_TOKEN` is good for, as the gateway says: there is no file that has names for them. */
export async function automationRacks(context: Context): Promise<RackRow[]> {
  const target = await findTarget(context, null)
  const { me, expiresAt } = await known(target)
  const racks = me.rack === null ? me.racks : [me.rack]
  const chosen = target.rack ?? (racks.length === 1 ? racks[0] : undefined)
  return racks.map((rack) => ({
    name: rack,
    current: false,
    chosen: rack === chosen,
    url: target.origin,
    rack,
    email: me.name,
    loggedIn: true,
    expiresAt,
    token: 'shared',
    keptIn: 'environment',
  }))
}
