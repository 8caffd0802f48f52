import { SearchBusy } from '../errors.ts'

export interface ConcurrencyLimit {
  /**
   * @param caller gets at most half of the slots, and at least one
   * @returns a function that releases the slot
   * @throws SearchBusy
   */
  acquire(caller: string): () => void
}

/** @param work what is limited, as a plural for the message, such as `proofs` */
export function createConcurrencyLimit(max: number, work: string): ConcurrencyLimit {
  const maxPerCaller = Math.max(1, Math.floor(max / 2))
  const callers = new Map<string, number>()
  let used = 0

  function count(caller: string, change: 1 | -1): void {
    const own = (callers.get(caller) ?? 0) + change
    used += change
    if (own === 0) callers.delete(caller)
    else callers.set(caller, own)
  }

  return {
    acquire(caller) {
      if ((callers.get(caller) ?? 0) >= maxPerCaller)
        throw new SearchBusy(
          `You run as many ${work} as one caller can at this gateway (${maxPerCaller} of ${max}).`,
          'Wait for one of yours to end, and try again.',
        )
      if (used >= max)
        throw new SearchBusy(`Too many ${work} are running at this gateway.`, 'Wait for one to end, and try again.')
      count(caller, 1)
      let isHeld = true
      return function release() {
        if (isHeld) count(caller, -1)
        isHeld = false
      }
    },
  }
}
