/** A run that was started, or the first use of a process by the same caller in the same service. */
interface RunEvent {
  readonly at: number
  /** Null for the start of a run: the event has no process ID. */
  readonly process: string | null
}

export interface OwnRuns {
  /** @param group the caller, rack, app, and service */
  addStart(group: string, at: number): void
  addUse(group: string, at: number, process: string): void
  /** Whether a process is the caller's own run. To be called after all events were added. */
  isOwn(group: string, process: string): boolean
}

/** The longest attached run. */
const maxAge = 86_400_000

/**
 * Events do not say whether a process was the caller's own run. Each run that the caller started in the service stands
 * for one process: the next one in which the caller executes, and which was not used before. Other processes count as
 * foreign, which needs more permissions.
 */
export function createOwnRuns(): OwnRuns {
  const events = new Map<string, RunEvent[]>()
  let own: Map<string, ReadonlySet<string>> | null = null

  function add(group: string, event: RunEvent): void {
    const found = events.get(group)
    if (found === undefined) events.set(group, [event])
    else found.push(event)
    own = null
  }

  return {
    addStart: (group, at) => add(group, { at, process: null }),
    addUse: (group, at, process) => add(group, { at, process }),
    isOwn(group, process) {
      own ??= new Map([...events].map(([key, list]) => [key, ownProcesses(list)]))
      return own.get(group)?.has(process) ?? false
    },
  }
}

function ownProcesses(events: readonly RunEvent[]): ReadonlySet<string> {
  const seen = new Set<string>()
  const own = new Set<string>()
  let starts: number[] = []
  // At the same millisecond, a start comes before a use.
  const sorted = events.toSorted(
    (one, other) => one.at - other.at || Number(one.process !== null) - Number(other.process !== null),
  )
  for (const { at, process } of sorted) {
    if (process === null) {
      starts.push(at)
      continue
    }
    if (seen.has(process)) continue
    seen.add(process)
    starts = starts.filter((start) => at - start <= maxAge)
    if (starts.shift() !== undefined) own.add(process)
  }
  return own
}
