import { LRUCache } from 'lru-cache'

const minute = 60_000
const maxAccounts = 10_000

interface Window {
  readonly begunAt: number
  count: number
}

/**
 * Counts the denials of each account in a minute, from all addresses together. Evicts the least recently denied account first.
 *
 * @param now milliseconds of a monotonic clock
 * @returns a function that counts a denial and returns the seconds to wait; 0 below the limit
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
