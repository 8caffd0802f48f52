import { type Inconsistency, inconsistencyKey } from '../alarm-events.ts'

/** Something that should be impossible unless somebody tampers with the log or with its copies. */
export interface Alarm {
  /** As in a verification; `own-…`: this process wrote something else than is signed; `place`: a copy outside says something else. */
  readonly problem: string
  readonly stream?: string
  /** The first event that is concerned, or the size that was signed. */
  readonly seq?: number
  /** Of the checkpoint. */
  readonly number?: number
  readonly place?: string
}

export interface Alarms {
  raise(alarm: Alarm): void
  count(): number
  /** What they are about. */
  keys(): Iterable<string>
}

/** Each alarm is told once, however often it is seen again: a broken stream is broken in every round. */
export function createAlarms(tell: (alarm: Alarm) => void): Alarms {
  const told = new Set<string>()
  let count = 0
  return {
    raise(alarm) {
      const key = inconsistencyKey(alarm satisfies Inconsistency)
      if (told.has(key) || told.size >= mostTold) return
      told.add(key)
      count++
      tell(alarm)
    },
    count: () => count,
    keys: () => told,
  }
}

/** Whoever makes up thousands of them must not fill the log. */
const mostTold = 1_000
