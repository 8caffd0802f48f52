import type { Secret } from '@rack-gateway/config/client'
import type { Target } from '../../target/target.ts'

/** Milliseconds. A token that has been replaced goes on for a day. */
const lookEvery = 60_000

/**
 * The newest token that is known of a gateway. Where it is kept is looked at again while it is in use, beside the requests:
 * none waits for that.
 *
 * @param look finds the gateway where it is kept, and renews its token when it is time; what it throws leaves all as it is
 * @param now milliseconds, from any beginning
 */
export function newestToken(
  first: Target,
  look: () => Promise<Target>,
  now: () => number = () => process.uptime() * 1_000,
): () => Secret {
  let known = first.token
  let looked = now()

  async function reloadTarget(): Promise<void> {
    looked = Number.POSITIVE_INFINITY
    const found = await look().catch(() => null)
    looked = now()
    // The name may lead elsewhere by now: a token goes to no gateway but its own.
    if (found?.origin === first.origin) known = found.token
  }

  return () => {
    if (now() - looked >= lookEvery) void reloadTarget()
    return known
  }
}
