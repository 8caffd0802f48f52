import { withTimeout } from '@rack-gateway/time'
import type { Context } from '../invocation/context.ts'
import type { Target } from '../rack-choice/local/target.ts'

export interface BackgroundRenewal<T extends Target = Target> {
  /** The target for the command. Waits briefly for a newer token if the old one expires soon. */
  target(): Promise<T>
  /** Call this after convox has started, because loading the code of the renewal would delay convox. */
  begin(): void
  /** Resolves when the new token is stored, or the renewal has failed. */
  ended(): Promise<void>
}

/** Milliseconds to wait for a new token before the command starts. */
const startTimeout = 3_000
/** Milliseconds to wait silently after the command has ended. */
const silentWait = 1_000

/** Does nothing if no renewal is due. If the renewal fails, the old token stays valid until it expires. */
export function startBackgroundRenewal<T extends Target>(context: Context, initialTarget: T): BackgroundRenewal<T> {
  const { name, renewalDue, expiry } = initialTarget
  const abandonment = new AbortController()
  let renewing: Promise<T> | null = null

  function begin(): Promise<T> | null {
    if (renewalDue && name !== null) renewing ??= renewTarget(name)
    return renewing
  }

  async function renewTarget(name: string): Promise<T> {
    const { renew } = await import('./renewal.ts')
    return renew(context, initialTarget, name, abandonment.signal).catch(() => initialTarget)
  }

  return {
    target: async () => {
      if (expiry.state !== 'expires soon') return initialTarget
      return withTimeout(Promise.resolve(begin() ?? initialTarget), startTimeout, () => initialTarget)
    },
    begin: () => void begin(),
    async ended() {
      if (renewing === null || (await withTimeout(renewing, silentWait, () => null)) !== null) return
      context.interruption().addEventListener('abort', () => abandonment.abort())
      context.note('Renewing your session. Press Ctrl-C to leave the renewal to the next command.')
      await renewing
    },
  }
}
