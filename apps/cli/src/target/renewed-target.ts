import type { Context } from '../context.ts'
import { findTarget, type Target } from './target.ts'

/** As `findTarget`; a session of which half is over is renewed first. */
export async function findRenewedTarget(context: Context, rack: string | null): Promise<Target> {
  return renewTarget(context, await findTarget(context, rack))
}

/** The same with a new token where half of a session is over. When that can't be got now, the old one does for the other half. */
export async function renewTarget(context: Context, target: Target): Promise<Target> {
  if (!target.renewalDue || target.name === null) return target
  const { renew } = await import('../session/renewal.ts')
  return renew(context, target, target.name).catch(() => target)
}
