import type { FastifyBaseLogger } from 'fastify'
import fp from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyInstance {
    /** The only log for unauthenticated requests: it writes a limited number of lines. */
    unauthenticatedLog: CountedLog
  }
}

export default fp(
  async function unauthenticatedLog(app) {
    const log = createCountedLog(app.log)
    app.decorate('unauthenticatedLog', log)
    app.addHook('onClose', async () => log.stop())
  },
  { name: 'unauthenticated-log' },
)

type Level = 'info' | 'warn' | 'error'

interface CountedLog {
  /**
   * Logs the first line of a kind, and then one line with a count per interval, until an interval has no such line.
   *
   * @param kind the key of the count; never text from the caller
   */
  note(kind: string, level: Level, line: Readonly<Record<string, unknown>>): void
  stop(): void
}

interface KindCount {
  readonly level: Level
  readonly event: unknown
  lines: number
}

/** Milliseconds. */
const interval = 10_000
const maxKinds = 100

export function createCountedLog(log: Pick<FastifyBaseLogger, Level>): CountedLog {
  const kinds = new Map<string, KindCount>()
  let timer: NodeJS.Timeout | undefined

  function logCounts(): void {
    for (const [kind, counted] of kinds) {
      const { level, event, lines: times } = counted
      if (times > 0) log[level]({ event, kind, times, seconds: interval / 1_000 })
      else kinds.delete(kind)
      counted.lines = 0
    }
  }

  function logCountsPeriodically(): void {
    logCounts()
    timer = kinds.size === 0 ? undefined : setTimeout(logCountsPeriodically, interval).unref()
  }

  return {
    note(kind, level, line) {
      timer ??= setTimeout(logCountsPeriodically, interval).unref()
      const known = kinds.get(kind) ?? (kinds.size < maxKinds ? undefined : kinds.get(others))
      if (known !== undefined) {
        known.lines++
        return
      }
      kinds.set(kinds.size < maxKinds ? kind : others, { level, event: line.event, lines: 0 })
      log[level](line)
    },
    stop() {
      clearTimeout(timer)
      logCounts()
    },
  }
}

const others = 'others'
