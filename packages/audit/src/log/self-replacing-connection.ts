import type { Sql } from 'postgres'
import { createDeadlines } from './deadlines.ts'

export interface SelfReplacingConnection {
  /**
   * Runs work. The work must end before `timeout` passes; each call of `progress` restarts the timeout.
   * @throws Error after the timeout, or what `work` throws
   */
  run<T>(work: (sql: Sql, progress: () => void) => Promise<T>): Promise<T>
  end(): Promise<void>
}

export interface SelfReplacingConnectionOptions {
  readonly connect: () => Sql
  /** Milliseconds. */
  readonly timeout: number
  /** Whether the database answered with this error, so that the connection stays in use. */
  readonly isResponse: (error: unknown) => boolean
}

/**
 * Replaces the connection when it fails or does not answer. A statement that was sent may still take effect, so the
 * next attempt must check whether it did.
 */
export function createSelfReplacingConnection({
  connect,
  timeout,
  isResponse,
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
          if (!isResponse(error)) replace(used)
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
