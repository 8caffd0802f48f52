import { SearchBusy } from '../errors.ts'

/** Limits concurrent work. */
export interface ConcurrencyLimit {
  /** @returns a function that releases it @throws SearchBusy */
  acquire(): () => void
}

export function createConcurrencyLimit(max: number, what: string): ConcurrencyLimit {
  let used = 0
  return {
    acquire() {
      if (used >= max) throw new SearchBusy(what)
      used++
      let taken = true
      return function release() {
        if (taken) used--
        taken = false
      }
    },
  }
}
