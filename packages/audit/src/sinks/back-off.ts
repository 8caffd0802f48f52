/** Milliseconds. */
export interface BackOffLimits {
  readonly least: number
  readonly most: number
}

export interface BackOff {
  /**
   * Exponential backoff with random jitter between half and all of the delay, so that replicas do not retry together.
   */
  next(): number
  reset(): void
}

export function createBackOff({ least, most }: BackOffLimits, random: () => number = Math.random): BackOff {
  let failures = 0
  return {
    next() {
      const longest = Math.min(most, least * 2 ** Math.min(failures++, 20))
      return longest * (0.5 + random() / 2)
    },
    reset() {
      failures = 0
    },
  }
}
