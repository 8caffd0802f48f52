import type { Context } from '../invocation/context.ts'
import { findTarget, type Target } from './local/target.ts'

/** Like `findTarget`, but also renews a session that is past half of its life. */
export async function findRenewedTarget(context: Context, rack: string | null): Promise<Target> {
  return renewTarget(context, await findTarget(context, rack))
}

/** If the renewal fails, the old token stays valid until it expires. */
export async function renewTarget(context: Context, target: Target): Promise<Target> {
  if (!target.renewalDue || target.name === null) return target
  const { renew } = await import('../session/renewal.ts')
  return renew(context, target, target.name).catch(() => target)
}
