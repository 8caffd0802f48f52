import type { Sql } from 'postgres'

export interface SelfReplacingConnection {
  /**
   * Runs work that must call `progress`, or end, within each `timeout`.
   * @throws if it does not, or what `work` throws
   */
  run<T>(work: (sql: Sql, progress: () => void) => Promise<T>): Promise<T>
  end(): Promise<void>
}

export interface SelfReplacingConnectionOptions {
  readonly connect: () => Sql
  /** Milliseconds. */
  readonly timeout: number
  /** Whether the error came from the database, so that the connection is usable. */
  readonly isAnswer: (error: unknown) => boolean
}

/**
 * A connection that is replaced when it falls silent. A sent statement may still take effect, so the next attempt must
 * check.
 */
export function createSelfReplacingConnection({
  connect,
  timeout,
  isAnswer,
}: SelfReplacingConnectionOptions): SelfReplacingConnection {
  let sql = connect()
  return {
    async run(work) {
      const used = sql
      const silence = createSilenceTimer(timeout)
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

function createSilenceTimer(timeout: number) {
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
