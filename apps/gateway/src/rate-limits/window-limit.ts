import { LRUCache } from 'lru-cache'

const minute = 60_000
const maxKeys = 10_000

interface Window {
  readonly begunAt: number
  count: number
}

export interface WindowLimit {
  (key: string): number
  /** The seconds that the next request of the key would have to wait. Does not count. */
  secondsToWait(key: string): number
}

/**
 * Counts by key in windows of a fixed length. Above `maxKeys` keys, it evicts the key that was counted longest ago.
 *
 * @param max per window
 * @param now milliseconds of a monotonic clock
 * @param length of a window in milliseconds
 * @returns the limit, which is a function that counts, and returns the seconds to wait; 0 up to `max`
 */
export function createWindowLimit(max: number, now: () => number, length = minute): WindowLimit {
  const windows = new LRUCache<string, Window>({ max: maxKeys })

  function secondsLeft({ begunAt }: Window, at: number): number {
    return Math.max(1, Math.ceil((begunAt + length - at) / 1_000))
  }

  function count(key: string): number {
    const at = now()
    const known = windows.get(key)
    const window = known && at - known.begunAt < length ? known : { begunAt: at, count: 0 }
    window.count++
    windows.set(key, window)
    return window.count <= max ? 0 : secondsLeft(window, at)
  }

  function secondsToWait(key: string): number {
    const at = now()
    const window = windows.get(key)
    return window === undefined || window.count < max || at - window.begunAt >= length ? 0 : secondsLeft(window, at)
  }

  return Object.assign(count, { secondsToWait })
}
