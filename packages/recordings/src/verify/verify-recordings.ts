import { timeOfUuid } from '@rack-gateway/audit/events'
import type { ObjectStore } from '@rack-gateway/object-store'
import type { DeriveKeys } from '../chunk.ts'
import { checkChunks } from './check-chunks.ts'
import type { LoggedRecording } from './logged-recordings.ts'
import type { StoredRecordings } from './stored-recordings.ts'

export type RecordingProblem =
  /** A chunk was changed, swapped, moved, or removed. */
  | 'changed'
  /** No chunk is stored. */
  | 'missing'
  /** The recording is stored, but the log has no such session. */
  | 'additional'
  /** An object that is not a chunk. */
  | 'stray'

export interface RecordingFinding {
  readonly problem: RecordingProblem
  /** The ID of the recording; for a stray object, its key. */
  readonly recording: string
  /** A sentence without a full stop; empty if the problem says everything. */
  readonly detail: string
}

export interface RecordingsVerification {
  readonly intact: boolean
  /** The first 100 findings: recordings ordered by ID, then stray objects. */
  readonly findings: readonly RecordingFinding[]
  /** The number of all findings. */
  readonly found: number
  /** Recordings that match the log completely. */
  readonly proven: number
  /** Chunks that were read. */
  readonly chunks: number
  /** The stored size of these chunks. */
  readonly bytes: number
  /**
   * Recordings that are not closed yet: the stored chunks are intact, but the log does not prove how many there are.
   */
  readonly open: number
  /** Recordings that ended less than two minutes ago, so that the last chunks may still be uploading. */
  readonly pending: number
  /** Recordings that the retention removed. */
  readonly removed: number
  /** Recordings that began after the last event that was read. */
  readonly newer: number
  /** Recordings that are not in the log and have no session data, because the session was never opened. */
  readonly empty: number
  /** The first 100 recordings from months whose events were not read, so that they are neither proven nor refuted. */
  readonly unproven: readonly string[]
  /** The number of all these recordings. */
  readonly unprovenCount: number
  /** Proven recordings with chunks that none of the keys decrypts. Null without keys. */
  readonly unopened: number | null
}

export interface VerifyRecordingsOptions {
  readonly store: ObjectStore
  /** Listed before the log was read, so that the log has every listed recording. */
  readonly stored: StoredRecordings
  readonly logged: ReadonlyMap<string, LoggedRecording>
  /** Null: recordings are proven without decrypting them. */
  readonly deriveKeys: DeriveKeys | null
  /** Whether the events of the month of `at` were read. @param at milliseconds since the epoch */
  readonly wasRead: (at: number) => boolean
  /** `at` of the last event, in milliseconds since the epoch. */
  readonly until: number
  /** Milliseconds since the epoch. */
  readonly now: number
}

const maxNamed = 100
/** Milliseconds after the end of a session in which its last chunks may still be uploading. */
const uploadGrace = 120_000

/** Compares every stored recording with the log, and every logged recording with the store. */
export async function verifyRecordings(options: VerifyRecordingsOptions): Promise<RecordingsVerification> {
  const { store, stored, logged, deriveKeys, wasRead, until, now } = options
  const findings: RecordingFinding[] = []
  const unproven: string[] = []
  const counts = { found: 0, proven: 0, chunks: 0, bytes: 0, open: 0, pending: 0, removed: 0, newer: 0, empty: 0 }
  let [unprovenCount, unopenedCount] = [0, 0]

  function report(problem: RecordingProblem, recording: string, detail = ''): void {
    counts.found += 1
    if (findings.length < maxNamed) findings.push({ problem, recording, detail })
  }

  async function check(id: string, proven: LoggedRecording['end']) {
    let hasData = false
    const onText = (text: Buffer) => {
      hasData ||= hasSessionData(text)
    }
    const last = stored.lastChunks.get(id) ?? -1
    const checked = await checkChunks({ store, id, proven, deriveKeys, last, onText })
    counts.chunks += checked.chunks
    counts.bytes += checked.bytes
    return { ...checked, isEmpty: deriveKeys !== null && checked.unopened === 0 && !hasData }
  }

  async function checkEnded(id: string, end: NonNullable<LoggedRecording['end']>): Promise<void> {
    const { problem, isMissingEnd, chunks, unopened } = await check(id, end)
    if (problem === null) {
      counts.proven += 1
      if (unopened > 0) unopenedCount += 1
    } else if (isMissingEnd && now - end.at < uploadGrace) counts.pending += 1
    else if (chunks === 0 && !stored.lastChunks.has(id)) report('missing', id)
    else report('changed', id, problem)
  }

  async function checkOpen(id: string, mode: string | null): Promise<void> {
    const { problem, chunks } = await check(id, null)
    if (problem !== null) report('changed', id, problem)
    else if (chunks === 0 && mode === 'strict') report('missing', id)
    else counts.open += 1
  }

  async function checkUnknown(id: string): Promise<void> {
    const at = timeOfUuid(id)
    // The ID contains the start time. A recording whose ID has no time, or a future time, does not count as newer.
    if (at !== null && at > until && at <= now + uploadGrace) counts.newer += 1
    else if (at !== null && !wasRead(at)) {
      unprovenCount += 1
      if (unproven.length < maxNamed) unproven.push(id)
    } else {
      const { problem, isEmpty } = await check(id, null)
      if (problem === null && isEmpty) counts.empty += 1
      else report('additional', id)
    }
  }

  for (const id of [...new Set([...stored.lastChunks.keys(), ...logged.keys()])].sort()) {
    const entry = logged.get(id)
    if (entry === undefined) await checkUnknown(id)
    else if (entry.removed) counts.removed += 1
    else if (entry.end !== null) await checkEnded(id, entry.end)
    else await checkOpen(id, entry.mode)
  }
  for (const key of stored.strays) report('stray', key)
  const intact = counts.found === 0
  return { intact, findings, ...counts, unproven, unprovenCount, unopened: deriveKeys === null ? null : unopenedCount }
}

const eventStarts = [',"o",', ',"i",']

function hasSessionData(text: Buffer): boolean {
  return eventStarts.some((start) => text.includes(start))
}
