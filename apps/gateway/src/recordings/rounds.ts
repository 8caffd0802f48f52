import type { Sql } from 'postgres'

export interface Rounds {
  start(): void
  /** Resolves when the round that is under way has ended. */
  stop(): Promise<void>
}

export interface RoundsOptions {
  /** Milliseconds between two rounds, give or take half. */
  readonly every: number
  /** @param signal aborted when they are stopped */
  readonly round: (signal: AbortSignal) => Promise<void>
  readonly onError: (error: unknown) => void
}

/** Work that comes back by itself, one round at a time. */
export function createRounds({ every, round, onError }: RoundsOptions): Rounds {
  const stopping = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()

  async function go(): Promise<void> {
    await round(stopping.signal).catch((error: unknown) => {
      if (!stopping.signal.aborted) onError(error)
    })
    if (!stopping.signal.aborted) timer = setTimeout(start, every * (0.5 + Math.random())).unref()
  }

  function start(): void {
    running = go()
  }

  return {
    start,
    async stop() {
      stopping.abort(new Error('the gateway is being stopped'))
      clearTimeout(timer)
      await running
    },
  }
}

/** Does it where no other replica does the same. The transaction holds nothing but the lock, and loses it with its connection. */
export async function alone(sql: Sql, what: string, work: () => Promise<void>): Promise<void> {
  await sql.begin(async (transaction) => {
    const [lock] = await transaction<{ taken: boolean }[]>`
      select pg_try_advisory_xact_lock(hashtextextended(${what}, 0)) as taken`
    if (lock?.taken) await work()
  })
}
