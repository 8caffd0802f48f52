import { SearchBusy } from '../../errors/errors.ts'
import type { ConcurrencyLimit } from '../concurrency-limit.ts'

/** The limits that the gateway gives to searches. One caller gets half of each. */
export const searchLimits = () => ({
  searches: limitOf('searches', 16),
  exports: limitOf('exports', 2),
  changeSearches: limitOf('changeSearches', 16),
})

function limitOf(what: string, max: number): ConcurrencyLimit {
  const running: string[] = []
  return {
    acquire(caller) {
      const own = running.filter((one) => one === caller).length
      if (own >= max / 2) throw new SearchBusy(`one caller can run ${max / 2} ${what}`, 'wait')
      if (running.length >= max) throw new SearchBusy(`Too many ${what}`, 'wait')
      running.push(caller)
      return () => void running.splice(running.indexOf(caller), 1)
    },
  }
}
