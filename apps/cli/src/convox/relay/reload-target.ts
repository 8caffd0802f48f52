import type { Context } from '../../context.ts'
import { findRenewedTarget } from '../../target/renewed-target.ts'
import type { Target } from '../../target/target.ts'

/**
 * Finds a target again, because another process may have renewed its token, or the renewal is due. Prints nothing and asks
 * nothing, because a command is running. Without a file, the target cannot change.
 *
 * @throws as `findTarget`
 */
export async function reloadTarget(context: Context, target: Target): Promise<Target> {
  if (target.name === null) return target
  return findRenewedTarget({ ...context, now: Date.now(), interactive: false, note: () => undefined }, target.name)
}
