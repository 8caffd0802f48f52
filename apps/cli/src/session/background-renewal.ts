import { withTimeout } from '@rack-gateway/errors/with-timeout'
import type { Context } from '../context.ts'
import type { Target } from '../target/target.ts'

/** The renewal of a session while its command runs. */
export interface BackgroundRenewal<T extends Target = Target> {
  /** What the command goes with. A token that ends soon might end before it, so for a newer one it waits a little. */
  target(): Promise<T>
  /** To be said once convox runs: what asks takes longer to load than Node. */
  begin(): void
  /** Resolves when the new token is kept, or nothing is to be hoped for any more. */
  ended(): Promise<void>
}

/** Milliseconds. */
const patience = 3_000
const silentWait = 1_000

/** Nothing for a token that isn't due. When the gateway can't be asked now, the token does for the other half of its life. */
export function startBackgroundRenewal<T extends Target>(context: Context, found: T): BackgroundRenewal<T> {
  const { name, renewalDue, expiry } = found
  const leaving = new AbortController()
  let renewing: Promise<T> | null = null

  function begin(): Promise<T> | null {
    if (renewalDue && name !== null) renewing ??= renewed(name)
    return renewing
  }

  async function renewed(known: string): Promise<T> {
    const { renew } = await import('./renewal.ts')
    return renew(context, found, known, leaving.signal).catch(() => found)
  }

  return {
    target: async () => {
      if (expiry.state !== 'ends soon') return found
      return withTimeout(Promise.resolve(begin() ?? found), patience, () => found)
    },
    begin: () => void begin(),
    async ended() {
      if (renewing === null || (await withTimeout(renewing, silentWait, () => null)) !== null) return
      context.interruption().addEventListener('abort', () => leaving.abort())
      context.note('Your session is being renewed. Ctrl-C leaves that to the next command.')
      await renewing
    },
  }
}
