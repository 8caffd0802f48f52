import { SearchBusy } from '../errors.ts'

/** Limits concurrent work. */
export interface ConcurrencyLimit {
  /** @returns a function that releases it @throws SearchBusy */
  acquire(): () => void
}

/** @param work what is limited, as a plural for the message, such as `proofs` */
export function createConcurrencyLimit(max: number, work: string): ConcurrencyLimit {
  let used = 0
  return {
    acquire() {
      if (used >= max) throw new SearchBusy(work)
      used++
      let taken = true
      return function release() {
        if (taken) used--
        taken = false
      }
    },
  }
}
