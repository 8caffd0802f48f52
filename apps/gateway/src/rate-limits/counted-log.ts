import type { FastifyBaseLogger } from 'fastify'

type Level = 'info' | 'warn' | 'error'

export interface CountedLog {
  /**
   * Logs the first line of a kind, and then one line with a count for each interval, until an interval has no such line.
   *
   * @param kind the key of the count; never text from the caller
   */
  note(kind: string, level: Level, line: Readonly<Record<string, unknown>>): void
  /** Logs the current counts. */
  stop(): void
}

interface Counted {
  readonly level: Level
  readonly event: unknown
  more: number
}

const interval = 10_000
const maxKinds = 100

/** A log for unauthenticated requests: it writes a limited number of lines in each interval. */
export function createCountedLog(log: Pick<FastifyBaseLogger, Level>): CountedLog {
  const kinds = new Map<string, Counted>()
  let timer: NodeJS.Timeout | undefined

  function logCounts(): void {
    for (const [kind, counted] of kinds) {
      const { level, event, more: times } = counted
      if (times > 0) log[level]({ event, kind, times, seconds: interval / 1_000 })
      else kinds.delete(kind)
      counted.more = 0
    }
  }

  function logCountsEvery(): void {
    logCounts()
    timer = kinds.size === 0 ? undefined : setTimeout(logCountsEvery, interval).unref()
  }

  return {
    note(kind, level, line) {
      timer ??= setTimeout(logCountsEvery, interval).unref()
      const known = kinds.get(kind) ?? (kinds.size < maxKinds ? undefined : kinds.get(others))
      if (known !== undefined) {
        known.more++
        return
      }
      kinds.set(kinds.size < maxKinds ? kind : others, { level, event: line.event, more: 0 })
      log[level](line)
    },
    stop() {
      clearTimeout(timer)
      logCounts()
    },
  }
}

const others = 'others'
