import type { FastifyBaseLogger } from 'fastify'

type Level = 'info' | 'warn' | 'error'

export interface CountedLog {
  /**
   * Logs the first line of a kind in each interval, and at the interval's end how many more there were.
   *
   * @param kind what lines are counted by: never text of the caller
   */
  note(kind: string, level: Level, line: Readonly<Record<string, unknown>>): void
  /** Logs what was counted so far. */
  flush(): void
}

interface Counted {
  readonly level: Level
  readonly event: unknown
  more: number
}

const interval = 10_000
const mostKinds = 100

/** For what unauthenticated requests cause: however many there are, the log grows by a bounded number of lines an interval. */
export function createCountedLog(log: Pick<FastifyBaseLogger, Level>): CountedLog {
  const kinds = new Map<string, Counted>()
  let timer: NodeJS.Timeout | undefined

  function flush(): void {
    clearTimeout(timer)
    timer = undefined
    for (const [kind, { level, event, more }] of kinds)
      if (more > 0) log[level]({ event, kind, times: more, seconds: interval / 1_000 })
    kinds.clear()
  }

  return {
    note(kind, level, line) {
      timer ??= setTimeout(flush, interval).unref()
      const known = kinds.get(kind) ?? (kinds.size < mostKinds ? undefined : kinds.get(others))
      if (known !== undefined) {
        known.more++
        return
      }
      kinds.set(kinds.size < mostKinds ? kind : others, { level, event: line.event, more: 0 })
      log[level](line)
    },
    flush,
  }
}

const others = 'others'
