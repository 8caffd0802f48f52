/**
 * Caches the result or the error, so that many requests, even unauthenticated ones, cause few queries.
 *
 * @param now milliseconds of a clock that never goes back
 */
export function memoizeFor<T>(milliseconds: number, now: () => number, ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | null = null
  let askedAt = 0
  return function askOnce() {
    if (answer !== null && now() - askedAt < milliseconds) return answer
    askedAt = now()
    answer = ask()
    return answer
  }
}
