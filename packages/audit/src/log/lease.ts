/**
 * The writer's lease on its stream. When the lease expires, another process may adopt the stream. After an adoption,
 * the writer cannot append to the stream.
 */
export interface Lease {
  start(): void
  /** Call when a stream was opened with a new lease. */
  reset(): void
  renew(): Promise<void>
  stop(): void
  readonly expired: boolean
}

export interface LeaseOptions {
  /** How long a lease is valid, in milliseconds. */
  readonly length: number
  /** Milliseconds between renewals. */
  readonly every: number
  /** A monotonic clock, in milliseconds. */
  readonly elapsed: () => number
  readonly renew: (length: number) => Promise<'renewed' | 'lost'>
  readonly onLost: () => void
  /** Called at each attempt to renew while the lease is expired. */
  readonly onExpired: () => void
}

export function createLease(options: LeaseOptions): Lease {
  let renewedAt = options.elapsed()
  let renewing = false
  let timer: NodeJS.Timeout | undefined
  const isExpired = () => options.elapsed() - renewedAt >= options.length

  async function renew() {
    if (isExpired()) options.onExpired()
    if (renewing) return
    renewing = true
    const started = options.elapsed()
    try {
      if ((await options.renew(options.length)) === 'lost') options.onLost()
      else renewedAt = Math.max(renewedAt, started)
    } catch {
      if (isExpired()) options.onExpired()
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
      return isExpired()
    },
  }
}
