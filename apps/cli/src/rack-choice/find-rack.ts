import type { Context } from '../invocation/context.ts'
import { findTarget, type RackTarget, type Target } from './local/target.ts'

/** If the environment names a gateway without a rack, asks the gateway for the only rack of the token. */
export async function findRack(context: Context, flag: string | null): Promise<RackTarget> {
  return withRack(await findTarget(context, flag))
}

/** Imports the code for requests only when it is needed, because the code is slow to load. */
export async function withRack(target: Target): Promise<RackTarget> {
  const { rack } = target
  if (rack !== null) return { ...target, rack }
  const { defaultRack } = await import('./default-rack.ts')
  return { ...target, rack: await defaultRack(target) }
}
