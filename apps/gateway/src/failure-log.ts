import { LRUCache } from 'lru-cache'

/** What strangers can set off as often as they like is in the log once in a while, with how often it happened since the line before. */
export function createFailureLog(now: () => number): (rule: string) => number | null {
  const kinds = new LRUCache<string, { saidAt: number; since: number }>({ max: mostKinds })

  return function dueCount(rule) {
    const known = kinds.get(rule)
    if (known && now() - known.saidAt < quiet) {
      known.since += 1
      return null
    }
    kinds.set(rule, { saidAt: now(), since: 0 })
    return (known?.since ?? 0) + 1
  }
}

/** Milliseconds. */
const quiet = 10_000
const mostKinds = 100
