import type { Sql } from 'postgres'

export interface ReplacedConnection {
  /**
   * Does something that must say something of itself (`progress`, or its end) within each `timeout`.
   * @throws when it doesn't, or what `work` throws
   */
  within<T>(work: (sql: Sql, progress: () => void) => Promise<T>): Promise<T>
  end(): Promise<void>
}

export interface ReplacedConnectionOptions {
  readonly connect: () => Sql
  /** Milliseconds. */
  readonly timeout: number
  /** Whether what was thrown is an answer, so that the connection is good. */
  readonly isAnswer: (error: unknown) => boolean
}

/** A connection that says nothing is thrown away: what was sent on it may still take place, so the next attempt finds out. */
export function createReplacedConnection({
  connect,
  timeout,
  isAnswer,
}: ReplacedConnectionOptions): ReplacedConnection {
  let sql = connect()
  return {
    async within(work) {
      const used = sql
      const silence = watchSilence(timeout)
      try {
        return await Promise.race([work(used, silence.progress), silence.tooLong])
      } catch (error) {
        if (!isAnswer(error) && used === sql) {
          sql = connect()
          used.end({ timeout: 0 }).catch(() => {})
        }
        throw error
      } finally {
        silence.stop()
      }
    },
    end: () => sql.end({ timeout: 1 }),
  }
}

function watchSilence(timeout: number) {
  let timer: NodeJS.Timeout | undefined
  let fail = (_: Error) => {}
  const tooLong = new Promise<never>((_, reject) => {
    fail = reject
  })
  tooLong.catch(() => {})
  function progress() {
    clearTimeout(timer)
    timer = setTimeout(() => fail(new Error(`no answer within ${timeout} ms`)), timeout)
  }
  progress()
  return { tooLong, progress, stop: () => clearTimeout(timer) }
}
