import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Sql, TransactionSql } from 'postgres'
import { ConnectionBroken } from './errors/errors.ts'

type Work = (tx: TransactionSql) => unknown

export interface ClosedConnections {
  /** The number of connections of the pool that have closed since its start. */
  readonly count: number
}

/**
 * Makes `begin` safe when a connection breaks during a transaction. postgres.js (3.4.9) continues to write to the
 * broken connection. Its rollback then throws an uncaught exception, which ends the process. So the guard sends nothing
 * more on a connection that may have broken, and the transaction fails. If the commit was already sent, the caller
 * cannot know whether the transaction took effect.
 *
 * @param closings counted by the pool's `onclose`
 */
export function guardTransactions<S extends Sql>(sql: S, closings: ClosedConnections): S {
  const begin: (options: string, work: Work) => Promise<unknown> = sql.begin.bind(sql)
  function beginGuarded(...parameters: [Work] | [string, Work]): Promise<unknown> {
    const [options, work] = parameters.length === 1 ? ['', parameters[0]] : parameters
    let isOver = false
    const outcome = begin(options, (tx) => {
      const closedBefore = closings.count
      const mayBeBroken = () => isOver || closings.count !== closedBefore
      return new Promise((resolve, reject) => {
        // If this connection closed, the transaction ends within this turn of the event loop.
        const settle = async (end: () => void) => {
          if (mayBeBroken()) await nextTurn()
          if (!isOver) end()
        }
        Promise.resolve(run(work, guardedTransaction(tx, mayBeBroken))).then(
          (result) => settle(() => (mayBeBroken() ? reject(new ConnectionBroken()) : resolve(result))),
          (error) => settle(() => reject(error)),
        )
      })
    })
    return outcome.finally(() => {
      isOver = true
    })
  }
  return Object.assign(sql, { begin: beginGuarded })
}

async function run(work: Work, tx: TransactionSql): Promise<unknown> {
  const result = await work(tx)
  return Array.isArray(result) ? Promise.all(result) : result
}

/** Wraps a transaction so that it sends nothing once the connection may have broken. */
function guardedTransaction(tx: TransactionSql, mayBeBroken: () => boolean): TransactionSql {
  function expectConnected() {
    if (mayBeBroken()) throw new ConnectionBroken()
  }
  return new Proxy(tx, {
    apply(target, self, parameters) {
      expectConnected()
      return Reflect.apply(target, self, parameters)
    },
    get(target, name) {
      if (name === 'unsafe' || name === 'savepoint' || name === 'file') expectConnected()
      return Reflect.get(target, name)
    },
  })
}
