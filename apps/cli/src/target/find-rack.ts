import type { Context } from '../context.ts'
import { findTarget, type RackTarget, type Target } from './target.ts'

/** If the environment names a gateway without a rack, asks the gateway for the only rack of the token. */
export async function findRack(context: Context, flag: string | null): Promise<RackTarget> {
  return withRack(await findTarget(context, flag))
}

/** Imports the request code only if it is needed, because it takes longer to load than Node itself. */
export async function withRack(target: Target): Promise<RackTarget> {
  const { rack } = target
  if (rack !== null) return { ...target, rack }
  const { defaultRack } = await import('./default-rack.ts')
  return { ...target, rack: await defaultRack(target) }
}
