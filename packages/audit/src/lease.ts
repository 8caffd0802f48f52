/** The writer's right to its stream. While it can't be renewed in time, others may adopt the stream. */
export interface Lease {
  /** Renews from now on, at intervals. */
  start(): void
  /** A stream was opened with a fresh lease. */
  reset(): void
  /** Tries now. */
  renew(): Promise<void>
  stop(): void
  readonly expired: boolean
}

export interface LeaseOptions {
  /** Milliseconds that a renewal holds. */
  readonly length: number
  /** Milliseconds between renewals. */
  readonly every: number
  /** Milliseconds of a clock that never goes back. */
  readonly elapsed: () => number
  readonly renew: (length: number) => Promise<'renewed' | 'lost'>
  readonly onLost: () => void
  readonly onExpired: () => void
}

export function createLease(options: LeaseOptions): Lease {
  let renewedAt = options.elapsed()
  let renewing = false
  let timer: NodeJS.Timeout | undefined
  const isOver = () => options.elapsed() - renewedAt >= options.length

  async function renew() {
    if (isOver()) options.onExpired()
    if (renewing) return
    renewing = true
    const started = options.elapsed()
    try {
      if ((await options.renew(options.length)) === 'lost') options.onLost()
      else renewedAt = Math.max(renewedAt, started)
    } catch {
      if (isOver()) options.onExpired()
    } finally {
      renewing = false
    }
  }

  return {
    start() {
      timer = setInterval(renew, options.every)
      timer.unref()
    },
    reset() {
      renewedAt = options.elapsed()
    },
    renew,
    stop: () => clearInterval(timer),
    get expired() {
      return isOver()
    },
  }
}
