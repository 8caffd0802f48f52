import type { Context } from '../../context.ts'
import { findRenewedTarget } from '../../target/renewed-target.ts'
import type { Target } from '../../target/target.ts'

/**
 * A target as it is kept by now: another window may have renewed its token, or it is time to. Says nothing to the person,
 * whose command is running, and asks them nothing. In automation nothing is kept that could change.
 *
 * @throws what finding a target throws
 */
export async function reloadTarget(context: Context, target: Target): Promise<Target> {
  if (target.name === null) return target
  return findRenewedTarget({ ...context, now: Date.now(), interactive: false, note: () => undefined }, target.name)
}
