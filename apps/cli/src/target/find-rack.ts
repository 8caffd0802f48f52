import type { Context } from '../context.ts'
import { findTarget, type RackTarget, type Target } from './target.ts'

/** As `findTarget`, but with a rack: where only the environment says where to go and names none, the gateway is asked for the only one. */
export async function findRack(context: Context, flag: string | null): Promise<RackTarget> {
  return withRack(await findTarget(context, flag))
}

/** Asking the gateway takes longer to load than Node: only what needs it does. */
export async function withRack(target: Target): Promise<RackTarget> {
  const { rack } = target
  if (rack !== null) return { ...target, rack }
  const { defaultRack } = await import('./default-rack.ts')
  return { ...target, rack: await defaultRack(target) }
}
