import { LRUCache } from 'lru-cache'

/** Caches answers of a rack for ten seconds. Concurrent calls for the same key share one request. */
export interface TtlCache<T> {
  /**
   * Failures are not cached.
   *
   * @param isCacheable if false, the current waiters get the response, and the next call asks again
   */
  get(key: string, ask: () => Promise<T>, isCacheable?: (response: T) => boolean): Promise<T>
}

/** @param now milliseconds since the epoch */
export function createTtlCache<T>(now: () => number): TtlCache<T> {
  const responses = new LRUCache<string, Promise<T>>({ max: 10_000, ttl: 10_000, ttlResolution: 0, perf: { now } })

  return {
    get(key, ask, isCacheable = () => true) {
      const found = responses.get(key)
      if (found !== undefined) return found
      const response = ask()
      responses.set(key, response)
      const forget = () => responses.peek(key) === response && responses.delete(key)
      response.then((value) => isCacheable(value) || forget(), forget)
      return response
    },
  }
}
