import type { RackContact } from '@rack-gateway/rack-registry'

/** What the requests of this process to a rack showed. */
export interface RackCondition {
  /** Whether the rack answered the last request, with any status; null before the first request. */
  readonly isReachable: boolean | null
  /** Milliseconds since the epoch; null if the rack does not reject the gateway's password. */
  readonly rejectedSince: number | null
  /** Since the start of the process. */
  readonly rejections: number
}

export interface RackContacts {
  note(rack: string, contact: RackContact): void
  of(rack: string): RackCondition
}

export interface RackContactsOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Raises the alarm that a rack rejects the gateway's password: at most once a minute for each rack. */
  readonly raiseAlarm: (rack: string) => void
  /** Called when the rack of an alarm accepts the password. */
  readonly clearAlarm: (rack: string) => void
}

/** Milliseconds. One of several servers of a rack can still have the previous password. */
const quietPeriod = 60_000

interface RackEntry extends RackCondition {
  isReachable: boolean | null
  rejectedSince: number | null
  rejections: number
  hasAlarm: boolean
  alarmedAt: number
}

export function createRackContacts({ now, raiseAlarm, clearAlarm }: RackContactsOptions): RackContacts {
  const entries = new Map<string, RackEntry>()

  function entryOf(rack: string): RackEntry {
    const existing = entries.get(rack)
    if (existing !== undefined) return existing
    const unknown = { isReachable: null, rejectedSince: null, rejections: 0 }
    const entry = { ...unknown, hasAlarm: false, alarmedAt: Number.NEGATIVE_INFINITY }
    entries.set(rack, entry)
    return entry
  }

  function noteRejection(rack: string, entry: RackEntry): void {
    entry.rejections += 1
    entry.rejectedSince ??= now()
    if (entry.hasAlarm || now() - entry.alarmedAt < quietPeriod) return
    entry.hasAlarm = true
    entry.alarmedAt = now()
    raiseAlarm(rack)
  }

  function noteAcceptance(rack: string, entry: RackEntry): void {
    entry.rejectedSince = null
    if (!entry.hasAlarm) return
    entry.hasAlarm = false
    clearAlarm(rack)
  }

  return {
    note(rack, contact) {
      const entry = entryOf(rack)
      entry.isReachable = contact !== 'unreachable'
      if (contact === 'rejected') noteRejection(rack, entry)
      else if (contact === 'accepted' && entry.rejectedSince !== null) noteAcceptance(rack, entry)
    },
    of: entryOf,
  }
}
