import { LRUCache } from 'lru-cache'

/** Answers of a rack, kept for ten seconds. Calls for the same key share one question. */
export interface TtlCache<T> {
  /** @param isWorthKeeping an answer that is not worth keeping is given to those who wait for it, and asked for again */
  get(key: string, ask: () => Promise<T>, isWorthKeeping: (answer: T) => boolean): Promise<T>
}

/** @param now milliseconds since the epoch */
export function createTtlCache<T>(now: () => number): TtlCache<T> {
  const known = new LRUCache<string, Promise<T>>({ max: 10_000, ttl: 10_000, ttlResolution: 0, perf: { now } })

  return {
    get(key, ask, isWorthKeeping) {
      const found = known.get(key)
      if (found !== undefined) return found
      const answer = ask()
      known.set(key, answer)
      const forget = () => known.peek(key) === answer && known.delete(key)
      answer.then((value) => isWorthKeeping(value) || forget(), forget)
      return answer
    },
  }
}
