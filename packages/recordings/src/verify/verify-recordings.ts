import { momentOf } from '@rack-gateway/audit/uuid'
import type { ObjectStore } from '@rack-gateway/object-store'
import type { DeriveKeys } from '../chunk.ts'
import { checkChunks } from './check-chunks.ts'
import type { LoggedRecording } from './logged-recordings.ts'
import type { StoredRecordings } from './stored-recordings.ts'

export type RecordingProblem =
  /** A chunk was changed, swapped, moved, cut off or taken away. */
  | 'changed'
  /** Nothing of it is stored. */
  | 'missing'
  /** It is stored, and the log knows of no such session. */
  | 'additional'
  /** An object that is no chunk of a recording. */
  | 'stray'

export interface RecordingFinding {
  readonly problem: RecordingProblem
  /** The recording's id; of a stray object, its key. */
  readonly recording: string
  /** A sentence without its full stop; empty where the problem says all. */
  readonly detail: string
}

/** What came of holding a store of recordings against a log. It holds if there are no findings. */
export interface RecordingsVerification {
  readonly intact: boolean
  /** In the order of ids; the first 100. */
  readonly findings: readonly RecordingFinding[]
  readonly found: number
  /** Recordings that are what the log says, to their last chunk. */
  readonly proven: number
  /** Chunks that were read, and their bytes as they are stored. */
  readonly chunks: number
  readonly bytes: number
  /** Nobody has said yet what they came to: what is stored of them is sound, and can't be held against anything. */
  readonly open: number
  /** They ended so short ago that their last chunks may be on their way. */
  readonly pending: number
  /** The log says that they were removed. */
  readonly removed: number
  /** Begun after the last event that was read. */
  readonly newer: number
  /** They hold nothing of a session: one that was never opened. */
  readonly empty: number
  /** Their events are of months that weren't read: neither proven nor refuted. The first 100, and how many there are. */
  readonly unproven: readonly string[]
  readonly unprovenCount: number
  /** Proven, but no given key opens all of them. Null where no key was given. */
  readonly unopened: number | null
}

export interface VerifyRecordingsOptions {
  readonly store: ObjectStore
  /** As listed before the log was read: what is begun meanwhile is in the log, and not taken for additional. */
  readonly stored: StoredRecordings
  readonly logged: ReadonlyMap<string, LoggedRecording>
  /** Null: recordings are proven without being opened. */
  readonly deriveKeys: DeriveKeys | null
  /** Whether the events of this moment's month were read. @param at milliseconds since the epoch */
  readonly wasRead: (at: number) => boolean
  /** `at` of the last event, in milliseconds since the epoch. */
  readonly until: number
  /** Milliseconds since the epoch. */
  readonly now: number
}

const mostNamed = 100
/** What ended since then may not be stored yet. */
const onItsWay = 120_000

/** Holds every recording of a store against a log, and every one that the log knows of against the store. */
export async function verifyRecordings(options: VerifyRecordingsOptions): Promise<RecordingsVerification> {
  const { store, stored, logged, deriveKeys, wasRead, until, now } = options
  const findings: RecordingFinding[] = []
  const unproven: string[] = []
  const counts = { found: 0, proven: 0, chunks: 0, bytes: 0, open: 0, pending: 0, removed: 0, newer: 0, empty: 0 }
  let [unprovenCount, unopened] = [0, 0]

  function report(problem: RecordingProblem, recording: string, detail = ''): void {
    counts.found += 1
    if (findings.length < mostNamed) findings.push({ problem, recording, detail })
  }

  async function check(id: string, proven: LoggedRecording['end']) {
    let hasData = false
    const onText = (text: Buffer) => {
      hasData ||= holdsData(text)
    }
    const last = stored.last.get(id) ?? -1
    const checked = await checkChunks({ store, id, proven, deriveKeys, last, onText })
    counts.chunks += checked.chunks
    counts.bytes += checked.bytes
    return { ...checked, isEmpty: deriveKeys !== null && checked.unopened === 0 && !hasData }
  }

  async function checkEnded(id: string, end: NonNullable<LoggedRecording['end']>): Promise<void> {
    const { problem, lacksItsEnd, chunks, unopened: closed } = await check(id, end)
    if (problem === null) {
      counts.proven += 1
      if (closed > 0) unopened += 1
    } else if (lacksItsEnd && now - end.at < onItsWay) counts.pending += 1
    else if (chunks === 0 && !stored.last.has(id)) report('missing', id)
    else report('changed', id, problem)
  }

  async function checkOpen(id: string, mode: string | null): Promise<void> {
    const { problem, chunks } = await check(id, null)
    if (problem !== null) report('changed', id, problem)
    else if (chunks === 0 && mode === 'strict') report('missing', id)
    else counts.open += 1
  }

  async function checkUnknown(id: string): Promise<void> {
    const at = momentOf(id)
    // An id says when it began; one that says a time to come, or that no event can have, is not of a session that began meanwhile.
    if (at !== null && at > until && at <= now + onItsWay) counts.newer += 1
    else if (at !== null && !wasRead(at)) {
      unprovenCount += 1
      if (unproven.length < mostNamed) unproven.push(id)
    } else {
      const { problem, isEmpty } = await check(id, null)
      if (problem === null && isEmpty) counts.empty += 1
      else report('additional', id)
    }
  }

  for (const id of [...new Set([...stored.last.keys(), ...logged.keys()])].sort()) {
    const said = logged.get(id)
    if (said === undefined) await checkUnknown(id)
    else if (said.removed) counts.removed += 1
    else if (said.end !== null) await checkEnded(id, said.end)
    else await checkOpen(id, said.mode)
  }
  for (const key of stored.strays) report('stray', key)
  const intact = counts.found === 0
  return { intact, findings, ...counts, unproven, unprovenCount, unopened: deriveKeys === null ? null : unopened }
}

const beginnings = [',"o",', ',"i",']

/** Whether anything that was seen or typed stands in a chunk's text. */
function holdsData(text: Buffer): boolean {
  return beginnings.some((beginning) => text.includes(beginning))
}
