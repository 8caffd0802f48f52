import type { Secret } from '@rack-gateway/config/client'
import type { Target } from '../../rack-choice/local/target.ts'

/** Milliseconds. Reloading once a minute is enough, because a replaced token stays valid for a day by default. */
const reloadInterval = 60_000

/**
 * The returned function never waits. After `reloadInterval`, it reloads the target in the background for later calls.
 *
 * @param reload finds the target again, and renews a session that is due; errors are ignored
 * @param now monotonic milliseconds
 */
export function newestToken(
  initial: Target,
  reload: () => Promise<Target>,
  now: () => number = () => process.uptime() * 1_000,
): () => Secret {
  let token = initial.token
  let reloadedAt = now()

  async function update(): Promise<void> {
    reloadedAt = Number.POSITIVE_INFINITY
    const target = await reload().catch(() => null)
    reloadedAt = now()
    // The target's name may now belong to another gateway, and a token must go only to its own gateway.
    if (target?.origin === initial.origin) token = target.token
  }

  return () => {
    if (now() - reloadedAt >= reloadInterval) void update()
    return token
  }
}
