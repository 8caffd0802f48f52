import { LRUCache } from 'lru-cache'

const minute = 60_000
const maxKeys = 10_000

interface Window {
  readonly begunAt: number
  count: number
}

/**
 * Counts by key in windows of a fixed length. Above `maxKeys` keys, it evicts the key that was counted longest ago.
 *
 * @param max per window
 * @param now milliseconds of a monotonic clock
 * @param length of a window in milliseconds
 * @returns a function that counts, and returns the seconds to wait; 0 up to `max`
 */
export function createWindowLimit(max: number, now: () => number, length = minute): (key: string) => number {
  const windows = new LRUCache<string, Window>({ max: maxKeys })

  return function secondsToWait(key) {
    const at = now()
    const known = windows.get(key)
    const window = known && at - known.begunAt < length ? known : { begunAt: at, count: 0 }
    window.count++
    windows.set(key, window)
    return window.count <= max ? 0 : Math.max(1, Math.ceil((window.begunAt + length - at) / 1_000))
  }
}
