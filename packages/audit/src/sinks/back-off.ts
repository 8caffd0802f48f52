/** Milliseconds. */
export interface BackOffLimits {
  readonly least: number
  readonly most: number
}

export interface BackOff {
  /** Longer after each failure, by chance between half and all of it, so that replicas don't come back together. */
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
