/** Milliseconds. */
export interface BackOffLimits {
  readonly minimum: number
  readonly maximum: number
}

interface BackOff {
  /** The next delay in milliseconds. Half of it is random, so that replicas do not retry together. */
  next(): number
  reset(): void
}

export function createBackOff({ minimum, maximum }: BackOffLimits, random: () => number = Math.random): BackOff {
  let failures = 0
  return {
    next() {
      const longest = Math.min(maximum, minimum * 2 ** Math.min(failures++, 20))
      return longest * (0.5 + random() / 2)
    },
    reset() {
      failures = 0
    },
  }
}
