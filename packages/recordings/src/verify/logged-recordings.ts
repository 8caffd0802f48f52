import type { ProvenRecording } from '../reader.ts'

/** What a log says of one recording. */
export interface LoggedRecording {
  /** Of its session's `opened` event; null where that isn't among the events. */
  readonly mode: string | null
  /** What it came to, and when that was said; null while nobody has said. */
  readonly end: (ProvenRecording & { readonly at: number; readonly by: 'session' | 'adopter' }) | null
  /** It was removed because its time was over. */
  readonly removed: boolean
}

/** An event as far as it concerns recordings. */
export interface RecordingEvent {
  readonly kind?: unknown
  readonly at?: unknown
  readonly recording?: unknown
}

/** Collects what a log says of recordings, event by event. Memory grows with recordings. */
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
      const said = membersOf(recording)
      if (typeof said?.id !== 'string' || typeof kind !== 'string') return
      const before = all.get(said.id) ?? nothing
      if (kind === 'opened') all.set(said.id, { ...before, mode: typeof said.mode === 'string' ? said.mode : '' })
      else if (kind === 'recording.removed') all.set(said.id, { ...before, removed: true })
      else if (kind === 'closed' || kind === 'recording.closed') {
        const by = kind === 'closed' ? 'session' : 'adopter'
        // A process that was only taken for gone says more than whoever took it for that.
        if (before.end?.by === 'session' && by === 'adopter') return
        const end = endIn(said)
        if (end !== null) all.set(said.id, { ...before, end: { ...end, at: Date.parse(String(at)), by } })
      }
    },
  }
}

function endIn({ chunks, head }: Readonly<Record<string, unknown>>): ProvenRecording | null {
  return typeof chunks === 'number' && typeof head === 'string' ? { chunks, head } : null
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null ? { ...value } : null
}
