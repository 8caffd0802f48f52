/**
 * Asks at most once in a while, and gives everybody the same answer: what a stranger may ask as often as they like
 * must not cost the database a query each, which calls would wait behind.
 *
 * @param now milliseconds of a clock that never goes back
 */
export function oncePer<T>(milliseconds: number, now: () => number, ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | null = null
  let askedAt = 0
  return function askOnce() {
    if (answer !== null && now() - askedAt < milliseconds) return answer
    askedAt = now()
    answer = ask()
    return answer
  }
}
