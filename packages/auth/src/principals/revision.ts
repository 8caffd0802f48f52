import type { Clock } from '../clock.ts'
import type { ChangedSubjects } from './changed-subjects.ts'

/**
 * How fresh the knowledge of this process is: the database's revision, which each change to an identity raises,
 * and when it was last seen. Fed by the watcher (`watch.ts`), asked by the cache and by readiness.
 */
export interface Revision {
  /** Milliseconds since the revision was last known to be current; Infinity before the first time. */
  age(): number
  /** Whether a change may have been missed for more than a second: for readiness and metrics. */
  stale(): boolean
  /** Runs `listener` on each change, at once. @returns a function that ends it */
  onChange(listener: ChangeListener): () => void
}

/** @param changed null when anybody's identity may have changed */
export type ChangeListener = (changed: ChangedSubjects | null) => void

export interface RevisionState extends Revision {
  /**
   * @param value the revision as read
   * @param askedAt when the question was sent, on this state's clock: the answer is at least as new as that
   * @param changed what has changed since the value that was seen before; null when that is not known
   */
  seen(value: string, askedAt: number, changed?: ChangedSubjects | null): void
}

const staleAfter = 1_000

/** @param clock milliseconds, monotonic: a step of the wall clock must not make old knowledge look fresh */
export function createRevision(clock: Clock): RevisionState {
  const listeners = new Set<ChangeListener>()
  let current: string | null = null
  let confirmedAt = Number.NEGATIVE_INFINITY

  function age(): number {
    return clock.now() - confirmedAt
  }

  function seen(value: string, askedAt: number, changed: ChangedSubjects | null = null): void {
    confirmedAt = Math.max(confirmedAt, askedAt)
    if (value === current) return
    current = value
    tellAll(listeners, changed)
  }

  function onChange(listener: ChangeListener): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  return { age, stale: () => age() > staleAfter, onChange, seen }
}

/** A listener that throws must not keep the others from hearing that a user was locked. */
function tellAll(listeners: Iterable<ChangeListener>, changed: ChangedSubjects | null): void {
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
