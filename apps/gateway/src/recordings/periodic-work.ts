import type { Sql } from 'postgres'

export interface PeriodicWork {
  start(): void
  /** Resolves when the current run has ended. */
  stop(): Promise<void>
}

export interface PeriodicWorkOptions {
  /** The average time between two runs in milliseconds. The time varies by up to a half. */
  readonly every: number
  /** @param signal aborted when the work is stopped */
  readonly run: (signal: AbortSignal) => Promise<void>
  readonly onError: (error: unknown) => void
}

export function createPeriodicWork({ every, run, onError }: PeriodicWorkOptions): PeriodicWork {
  const stopping = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()

  async function runOnce(): Promise<void> {
    await run(stopping.signal).catch((error: unknown) => {
      if (!stopping.signal.aborted) onError(error)
    })
    if (!stopping.signal.aborted) timer = setTimeout(start, every * (0.5 + Math.random())).unref()
  }

  function start(): void {
    running = runOnce()
  }

  return {
    start,
    async stop() {
      stopping.abort(new Error('the gateway is stopping'))
      clearTimeout(timer)
      await running
    },
  }
}

/**
 * Does the work unless another replica is doing it.
 * The transaction only holds the lock. PostgreSQL releases the lock if the connection is lost.
 */
export async function runExclusively(sql: Sql, lockName: string, work: () => Promise<void>): Promise<void> {
  await sql.begin(async (transaction) => {
    const [lock] = await transaction<{ taken: boolean }[]>`
      select pg_try_advisory_xact_lock(hashtextextended(${lockName}, 0)) as taken`
    if (lock?.taken) await work()
  })
}
