/**
 * Caches the result or the error, so that many requests, even unauthenticated ones, cause few queries.
 *
 * @param now milliseconds of a clock that never goes back
 */
export function memoizeFor<T>(milliseconds: number, now: () => number, ask: () => Promise<T>): () => Promise<T> {
  let response: Promise<T> | null = null
  let askedAt = 0
  return function askOnce() {
    if (response !== null && now() - askedAt < milliseconds) return response
    askedAt = now()
    response = ask()
    return response
  }
}
