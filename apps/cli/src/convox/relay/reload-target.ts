import type { Context } from '../../invocation/context.ts'
import type { Target } from '../../rack-choice/local/target.ts'
import { findRenewedTarget } from '../../rack-choice/renewed-target.ts'

/**
 * Finds the target again, because another process may have renewed the token, or the renewal may be due. Prints nothing
 * and asks nothing, because a command is running. A target without a name is from the environment, and cannot change.
 *
 * @throws as `findTarget`
 */
export async function reloadTarget(context: Context, target: Target): Promise<Target> {
  if (target.name === null) return target
  return findRenewedTarget({ ...context, now: Date.now(), interactive: false, note: () => undefined }, target.name)
}
