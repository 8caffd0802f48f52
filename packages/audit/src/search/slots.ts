import { SearchBusy } from '../errors.ts'

/** So many at once, and no more. */
export interface Slots {
  /** @returns the function that gives it back @throws SearchBusy */
  take(): () => void
}

export function createSlots(most: number, what: string): Slots {
  let used = 0
  return {
    take() {
      if (used >= most) throw new SearchBusy(what)
      used++
      let taken = true
      return function giveBack() {
        if (taken) used--
        taken = false
      }
    },
  }
}
