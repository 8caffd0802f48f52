import type { Clock } from '@rack-gateway/time'
import type { ChangedSubjects } from './changed-subjects.ts'

/** The revision of the identities, which each change increments in the database. `watch.ts` reads it. */
export interface Revision {
  /** Milliseconds since the revision was last known to be current; Infinity before the first read. */
  age(): number
  /** Whether a change may have been missed for more than a second. For readiness and metrics. */
  stale(): boolean
  /** @returns a function that removes the listener */
  onChange(listener: ChangeListener): () => void
}

/** @param changed null if any identity may have changed */
export type ChangeListener = (changed: ChangedSubjects | null) => void

export interface RevisionState extends Revision {
  /**
   * @param value the revision as read
   * @param askedAt when the query was sent, by the clock of `createRevision`; `value` is at least as new
   * @param changed the subjects that changed since the previous value; null if unknown
   */
  update(value: string, askedAt: number, changed?: ChangedSubjects | null): void
}

const staleAfter = 1_000

/** @param clock monotonic milliseconds, so that a step of the wall clock cannot make an old revision look current */
export function createRevision(clock: Clock): RevisionState {
  const listeners = new Set<ChangeListener>()
  let current: string | null = null
  let confirmedAt = Number.NEGATIVE_INFINITY

  function age(): number {
    return clock.now() - confirmedAt
  }

  function update(value: string, askedAt: number, changed: ChangedSubjects | null = null): void {
    confirmedAt = Math.max(confirmedAt, askedAt)
    if (value === current) return
    current = value
    notifyAll(listeners, changed)
  }

  function onChange(listener: ChangeListener): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  return { age, stale: () => age() > staleAfter, onChange, update }
}

/** Notifies every listener, even if one throws, so that a revocation reaches all of them. */
function notifyAll(listeners: Iterable<ChangeListener>, changed: ChangedSubjects | null): void {
  const errors: unknown[] = []
  for (const listener of listeners) {
    try {
      listener(changed)
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, 'a listener to changes of identities failed')
}
