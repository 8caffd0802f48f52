import type { ProvenRecording } from '../read-recording.ts'

export interface LoggedRecording {
  /** The recording mode in the `opened` event of the session; null without such an event. */
  readonly mode: string | null
  /**
   * The event that closed the recording: its proven chunks and its time; null without such an event. `session`: the
   * process of the session closed the recording. `adopter`: another process closed the recording, because the process
   * of the session had ended, such as after a crash.
   */
  readonly end: (ProvenRecording & { readonly at: number; readonly by: 'session' | 'adopter' }) | null
  /** Whether the retention of recordings removed the recording. */
  readonly removed: boolean
}

/** The fields of an event that concern recordings. */
export interface RecordingEvent {
  readonly kind?: unknown
  readonly at?: unknown
  readonly recording?: unknown
}

/** Collects the recordings of an audit log, event by event. Memory grows with the number of recordings. */
export interface LoggedRecordings {
  add(event: RecordingEvent): void
  readonly all: ReadonlyMap<string, LoggedRecording>
}

const nothing: LoggedRecording = { mode: null, end: null, removed: false }

export function createLoggedRecordings(): LoggedRecordings {
  const all = new Map<string, LoggedRecording>()
  return {
    all,
    add({ kind, at, recording }) {
      const entry = membersOf(recording)
      if (typeof entry?.id !== 'string' || typeof kind !== 'string') return
      const before = all.get(entry.id) ?? nothing
      if (kind === 'opened') all.set(entry.id, { ...before, mode: typeof entry.mode === 'string' ? entry.mode : '' })
      else if (kind === 'recording.removed') all.set(entry.id, { ...before, removed: true })
      else if (kind === 'closed' || kind === 'recording.closed') {
        const by = kind === 'closed' ? 'session' : 'adopter'
        // The session's own process knows all chunks. An adopter may have closed a recording that still ran.
        if (before.end?.by === 'session' && by === 'adopter') return
        const end = readEnd(entry)
        if (end !== null) all.set(entry.id, { ...before, end: { ...end, at: Date.parse(String(at)), by } })
      }
    },
  }
}

function readEnd({ chunks, head }: Readonly<Record<string, unknown>>): ProvenRecording | null {
  return typeof chunks === 'number' && typeof head === 'string' ? { chunks, head } : null
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null ? { ...value } : null
}
