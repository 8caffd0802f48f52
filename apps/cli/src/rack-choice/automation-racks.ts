import type { Context } from '../invocation/context.ts'
import { requireIdentity } from '../session/require-identity.ts'
import { findTarget } from './local/target.ts'
import type { RackRow } from './rack-row.ts'

/** The racks of `RACK_GATEWAY_TOKEN`. They come from the gateway, because the file has no names for them. */
export async function automationRacks(context: Context): Promise<RackRow[]> {
  const target = await findTarget(context, null)
  const { me, expiresAt } = await requireIdentity(target)
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
    observing: me.observing?.[rack] ?? null,
  }))
}
