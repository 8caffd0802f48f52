import { LRUCache } from 'lru-cache'

const minute = 60_000
const maxAccounts = 10_000

interface Window {
  readonly begunAt: number
  count: number
}

/**
 * Counts the denials of an account in a minute, from all addresses. It forgets the account whose last denial is the oldest first.
 *
 * @param now milliseconds of a clock that never goes back
 * @returns counts once more, and says how many seconds to wait when that is beyond the limit; 0 when it is not
 */
export function createAccountLimit(perMinute: number, now: () => number): (account: string) => number {
  const windows = new LRUCache<string, Window>({ max: maxAccounts })

  return function secondsToWait(account) {
    const at = now()
    const known = windows.get(account)
    const window = known && at - known.begunAt < minute ? known : { begunAt: at, count: 0 }
    window.count++
    windows.set(account, window)
    return window.count <= perMinute ? 0 : Math.max(1, Math.ceil((window.begunAt + minute - at) / 1_000))
  }
}
