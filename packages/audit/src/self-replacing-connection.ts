import type { Sql } from 'postgres'
import { createDeadlines } from './deadlines.ts'

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
  /** Whether the database answered with this error, so that the connection stays in use. */
  readonly isAnswer: (error: unknown) => boolean
}

/**
 * A connection that is replaced when it does not answer or fails. A statement that was sent may still take effect, so
 * the next attempt must check.
 */
export function createSelfReplacingConnection({
  connect,
  timeout,
  isAnswer,
}: SelfReplacingConnectionOptions): SelfReplacingConnection {
  const startDeadline = createDeadlines(timeout)
  let sql = connect()

  function replace(used: Sql) {
    if (used !== sql) return
    sql = connect()
    used.end({ timeout: 0 }).catch(() => {})
  }

  return {
    run(work) {
      const used = sql
      return new Promise((resolve, reject) => {
        function fail(error: unknown) {
          deadline.stop()
          if (!isAnswer(error)) replace(used)
          reject(error)
        }
        const deadline = startDeadline(() => fail(new Error(`no answer within ${timeout} ms`)))
        work(used, deadline.extend).then((result) => {
          deadline.stop()
          resolve(result)
        }, fail)
      })
    },
    end: () => sql.end({ timeout: 1 }),
  }
}
