import { LRUCache } from 'lru-cache'

/** Caches answers of a rack for ten seconds. Concurrent calls for the same key share one request. */
export interface TtlCache<T> {
  /**
   * Failures are not cached.
   *
   * @param isCacheable if false, the current waiters get the answer, and the next call asks again
   */
  get(key: string, ask: () => Promise<T>, isCacheable?: (answer: T) => boolean): Promise<T>
}

/** @param now milliseconds since the epoch */
export function createTtlCache<T>(now: () => number): TtlCache<T> {
  const answers = new LRUCache<string, Promise<T>>({ max: 10_000, ttl: 10_000, ttlResolution: 0, perf: { now } })

  return {
    get(key, ask, isCacheable = () => true) {
      const found = answers.get(key)
      if (found !== undefined) return found
      const answer = ask()
      answers.set(key, answer)
      const forget = () => answers.peek(key) === answer && answers.delete(key)
      answer.then((value) => isCacheable(value) || forget(), forget)
      return answer
    },
  }
}
