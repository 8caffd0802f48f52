import type { Context } from './context.ts'
import { findTarget, type Target } from './target.ts'

/** As `findTarget`; a session of which half is over is renewed first. When that can't be done now, its token does for the other half. */
export async function findLastingTarget(context: Context, rack: string | null): Promise<Target> {
  const target = await findTarget(context, rack)
  if (!target.renewalDue || target.name === null) return target
  const { renew } = await import('./renewal.ts')
  return renew(context, target, target.name).catch(() => target)
}
