import { type Inconsistency, inconsistencyKey } from '../events/alarm-events.ts'

/** An inconsistency of the log or its copies. */
export interface Alarm {
  /**
   * A problem that a verification found, or one of these:
   * - `own-…`: the checkpoint does not match what this process wrote
   * - `place`: an external copy differs
   * - `ahead`: a destination has checkpoints that the log lacks
   * - `at`, `future`: see `MakeCheckpointOptions.onTimeProblem`
   */
  readonly problem: string
  readonly stream?: string
  /**
   * The number of the first affected event. For `own-…`, the number of events that the checkpoint signed. For
   * `own-absent`, the number of events that this process has compared before.
   */
  readonly seq?: number
  /** Number of the checkpoint. */
  readonly number?: number
  /** The checkpoint destination whose copy is affected. */
  readonly place?: string
}

export interface Alarms {
  raise(alarm: Alarm): void
  count(): number
  /** The `inconsistencyKey` of each raised alarm. */
  keys(): Iterable<string>
}

/** Reports each alarm once, because each verification finds a broken stream again. */
export function createAlarms(onAlarm: (alarm: Alarm) => void): Alarms {
  const raised = new Set<string>()
  let count = 0
  return {
    raise(alarm) {
      const key = inconsistencyKey(alarm satisfies Inconsistency)
      if (raised.has(key) || raised.size >= maxAlarms) return
      raised.add(key)
      count++
      onAlarm(alarm)
    },
    count: () => count,
    keys: () => raised,
  }
}

/** An attacker who causes thousands of alarms must not fill the log. */
const maxAlarms = 1_000
