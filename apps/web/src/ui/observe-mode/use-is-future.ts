import { useSyncExternalStore } from 'react'
import { serverNow } from '../../api/client.ts'

/** A timer that ends at the time itself would stand still while the computer sleeps. */
function subscribeToSeconds(changed: () => void): () => void {
  const timer = setInterval(changed, 1_000)
  return () => clearInterval(timer)
}

/** Whether a time has not come yet, by the clock of the gateway. @param time RFC 3339; undefined: never in the future */
export function useIsFuture(time: string | undefined): boolean {
  return useSyncExternalStore(subscribeToSeconds, () => time !== undefined && serverNow() < Date.parse(time))
}
