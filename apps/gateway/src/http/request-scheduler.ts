import fp from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyInstance {
    scheduler: RequestScheduler
  }
}

/** Starts the requests of different callers in turns, so that a burst of one caller does not delay the others. */
export interface RequestScheduler {
  /**
   * Calls `start` at once, or in a later turn of the event loop when this turn has started enough requests.
   *
   * @param caller the principal, or the client network of an unauthenticated request
   */
  schedule(caller: string, start: () => void): void
}

/** In each turn of the event loop. A request takes about a millisecond in all. */
const startsPerTurn = 4

export default fp(
  async function requestScheduler(app) {
    app.decorate('scheduler', createRequestScheduler())
  },
  { name: 'request-scheduler' },
)

export function createRequestScheduler(): RequestScheduler {
  /** A caller whose request starts moves to the end. */
  const queues = new Map<string, (() => void)[]>()
  let started = 0
  let isTurnScheduled = false

  function beginTurn(): void {
    started = 0
    isTurnScheduled = false
    while (started < startsPerTurn) {
      const [next] = queues
      if (next === undefined) return
      const [caller, queue] = next
      queues.delete(caller)
      const start = queue.shift()
      if (queue.length > 0) queues.set(caller, queue)
      if (start !== undefined) count(start)
    }
  }

  function count(start: () => void): void {
    started += 1
    if (!isTurnScheduled) {
      isTurnScheduled = true
      setImmediate(beginTurn)
    }
    start()
  }

  return {
    schedule(caller, start) {
      if (started < startsPerTurn && queues.size === 0) {
        count(start)
        return
      }
      const queue = queues.get(caller)
      if (queue === undefined) queues.set(caller, [start])
      else queue.push(start)
    },
  }
}
