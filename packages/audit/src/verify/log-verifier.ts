import type { StreamHead } from '../checkpoints/checkpoint.ts'
import type { PublicKey } from '../checkpoints/signing-key.ts'
import type { Digest } from '../tree/hashing.ts'
import { type ArchiveClaim, createArchiveClaims } from './archive-claims.ts'
import { createCheckpointChain } from './checkpoint-chain.ts'
import { membersOf, placeIn, type SaidPlace } from './event-place.ts'
import { type LogRecord, readExportLine } from './export-line.ts'
import type { CheckpointFinding, EventFinding, Finding, Verification } from './findings.ts'
import { createRecoveries } from './recoveries.ts'
import { createStreamCheck, type StreamCheck } from './stream-check.ts'

export interface LogVerifier {
  /**
   * The next checkpoint, in the order of numbers and before the events: as the log itself has it, and the copy outside. Null where
   * there is none of this number; where only copies are looked at, they stand for both.
   */
  addCheckpoint(own: string | null, outside: string | null): void
  /** That an archive has a month's streams, so that they may be missing here; null for a manifest that can't be read. */
  addArchive(claim: ArchiveClaim | null): void
  /** The next event, as a line of an export: streams in any mixture, each in the order of `seq`. */
  addEvent(line: Buffer): void
  /** The same, read. @param columnProblem the first search column that says something else */
  addRecord(record: LogRecord, place: SaidPlace, columnProblem: string | null): void
  /** The next one isn't an event. */
  addUnreadable(): void
  finish(): Verification
}

export interface LogVerifierOptions {
  /** The key that the auditor knows; null: the keys are taken from the checkpoints. */
  readonly pinned: PublicKey | null
  /** The streams that the log is of, where checkpoints name others too; all of them when absent. */
  readonly streams?: ReadonlySet<string>
  /** The time of the verification, in milliseconds since the epoch: what is so old that a checkpoint was due must be in one. Without: what no checkpoint covers is only counted. */
  readonly now?: number | undefined
  /** Is given each event that can be read, sound or not: what it makes of one counts as much as the verdict. */
  readonly onRecord?: (record: LogRecord) => void
}

/** What is known of a stream: how far it was read, and what of it was signed. */
interface StreamProgress {
  readonly check: StreamCheck
  /** Signed trees by growing size, and how many of them were met. */
  readonly sizes: number[]
  readonly roots: Digest[]
  met: number
  bad: boolean
  /** `at` of the first event that no checkpoint has signed. */
  unsignedAt: string | null
  /** Number of the last event that is older than the newest checkpoint, and in none. */
  lateUntil: number
  /** The first event that was not in its place. */
  gap: Gap | null
}

interface Gap {
  /** In the list of findings. */
  readonly finding: number
  readonly expected: number
  readonly inItsPlace: number
}

const mostFindings = 100
/** Clocks of gateways and of the database may differ by so much. */
const tolerance = 5 * 60_000
/** A gateway makes a checkpoint within a minute of an event. */
const due = 60_000

/** Verifies a log from its events and checkpoints alone. Memory grows with streams and checkpoints, not with events. */
export function createLogVerifier({ pinned, streams: only, now, onRecord }: LogVerifierOptions): LogVerifier {
  const chain = createCheckpointChain()
  const streams = new Map<string, StreamProgress>()
  const findings: Finding[] = []
  const archives = createArchiveClaims(report)
  const recoveries = createRecoveries()
  const isOurs = (stream: string) => only?.has(stream) ?? true
  let [found, events, lines] = [0, 0, 0]
  const dueUntil = now === undefined ? '' : new Date(now - due - tolerance).toISOString()
  /** What is older should be in a checkpoint; empty: nothing needs to be. */
  let signedUntil = dueUntil
  let anchored = false
  let copied: Verification['copied'] = null
  let current: { readonly id: string; readonly progress: StreamProgress } | null = null

  function report(finding: Finding): void {
    found++
    if (findings.length < mostFindings) findings.push(finding)
  }

  function progressOf(stream: string): StreamProgress {
    if (current?.id === stream) return current.progress
    const progress = streams.get(stream) ?? newProgress()
    streams.set(stream, progress)
    current = { id: stream, progress }
    return progress
  }

  /** Whether it concerns a stream that the log isn't of. */
  function isAboutOther({ problem, detail }: CheckpointFinding): boolean {
    return (problem === 'broken' || problem === 'head') && !isOurs(detail)
  }

  function expectHead({ stream, size, root, state }: StreamHead): void {
    if (state === 'broken' || size === 0 || !isOurs(stream)) return
    const { sizes, roots } = progressOf(stream)
    if (size <= (sizes.at(-1) ?? 0)) return
    sizes.push(size)
    roots.push(root)
  }

  function badEvent(progress: StreamProgress, finding: Omit<EventFinding, 'about'>): void {
    progress.bad = true
    report({ about: 'event', ...finding })
  }

  function meetUnsigned(progress: StreamProgress, record: LogRecord): void {
    if (signedUntil === '') return
    const at = timeOf(record)
    progress.unsignedAt ??= at
    if (at < signedUntil) progress.lateUntil = progress.check.size
    else recoveries.add(record)
  }

  /** The event is sound: whether the tree that it completes was signed so. */
  function meetHead(stream: string, progress: StreamProgress, record: LogRecord): void {
    const { check, sizes, roots, met } = progress
    const size = sizes[met]
    if (size === undefined) meetUnsigned(progress, record)
    if (check.size !== size) return
    progress.met++
    if (roots[met] === check.tree.root()) return
    const seq = (sizes[met - 1] ?? 0) + 1
    badEvent(progress, { problem: 'root', stream, seq, until: size, id: null, detail: '' })
  }

  /** The event that seemed to be missing comes later: two events were swapped. */
  function meetMissing(progress: StreamProgress, { stream, seq }: SaidPlace): void {
    const { gap } = progress
    if (gap === null || seq !== gap.expected) return
    progress.gap = null
    if (gap.finding < findings.length)
      findings[gap.finding] = {
        about: 'event',
        problem: 'swapped',
        stream,
        seq,
        until: gap.inItsPlace,
        id: null,
        detail: '',
      }
  }

  function addUnreadable(): void {
    lines++
    report({ about: 'event', problem: 'unreadable', stream: '', seq: 0, until: 0, id: null, detail: String(lines) })
  }

  function addEvent(line: Buffer): void {
    const record = readExportLine(line)
    const place = record && placeIn(record)
    if (record === null || place === null) addUnreadable()
    else addRecord(record, place, null)
  }

  function addRecord(record: LogRecord, place: SaidPlace, columnProblem: string | null): void {
    lines++
    const progress = progressOf(place.stream)
    events++
    onRecord?.(record)
    if (progress.bad) {
      meetMissing(progress, place)
      return
    }
    const expected = progress.check.size + 1
    const problem = progress.check.add(record, place) ?? (columnProblem === null ? null : 'column')
    if (problem === null) {
      meetHead(place.stream, progress, record)
      return
    }
    // What is missing is the first bad event, not what comes after it.
    const seq = problem === 'gap' ? expected : place.seq
    const id = problem === 'gap' ? null : idOf(record)
    if (problem === 'gap') progress.gap = { finding: findings.length, expected, inItsPlace: place.seq }
    badEvent(progress, { problem, stream: place.stream, seq, until: seq, id, detail: columnProblem ?? '' })
  }

  function ends(): void {
    for (const [stream, progress] of streams) {
      const { check, sizes, roots, bad, unsignedAt, lateUntil } = progress
      if (bad) continue
      const until = sizes.at(-1) ?? 0
      if (check.size === 0 && archives.has({ stream, size: until, root: roots.at(-1) ?? '' })) continue
      const next = { stream, seq: check.size + 1, until, id: null, detail: '' }
      if (check.size < until) badEvent(progress, { problem: check.size === 0 ? 'missing' : 'truncated', ...next })
      else if (lateUntil > 0 && !recoveries.excuse(stream, until + 1, lateUntil))
        badEvent(progress, {
          problem: 'unsigned',
          ...next,
          seq: until + 1,
          until: check.size,
          detail: unsignedAt ?? '',
        })
    }
  }

  return {
    addCheckpoint(own, outside) {
      if (outside !== null) anchored = true
      const { checkpoint, findings: problems } = chain.add(outside ?? own ?? '')
      for (const problem of problems) if (!isAboutOther(problem)) report(problem)
      if (checkpoint === null) return
      const before = new Date(Date.parse(checkpoint.at) - tolerance).toISOString()
      signedUntil = [before, dueUntil].sort()[1] ?? before
      if (outside !== null) copied = { last: checkpoint.number, at: checkpoint.at }
      for (const head of checkpoint.heads) expectHead(head)
      const differs = differenceOf(own, outside, checkpoint.note.text)
      if (differs) report({ about: 'checkpoint', problem: differs, number: checkpoint.number, detail: '' })
    },
    addArchive: archives.add,
    addEvent,
    addRecord,
    addUnreadable,
    finish() {
      archives.trust(chain.keys)
      ends()
      const { first, last, count, keys } = chain
      const isKnown = pinned !== null && keys.some(({ text }) => text === pinned.text)
      if (pinned !== null && !isKnown)
        report({ about: 'checkpoint', problem: 'stranger', number: first?.number ?? 0, detail: pinned.id })
      let unsigned = 0
      for (const { check, sizes } of streams.values()) unsigned += Math.max(0, check.size - (sizes.at(-1) ?? 0))
      return {
        intact: found === 0,
        findings,
        found,
        streams: [...streams.values()].filter(({ check, bad }) => check.size > 0 || bad).length,
        events,
        unsigned,
        checkpoints: first && last && { count, first: first.number, last: last.number, at: last.at },
        keys: keys.map(({ text }) => text),
        trust: isKnown ? 'pinned' : first === null ? 'none' : 'first-use',
        archived: archives.met(),
        recovered: recoveries.excused(),
        anchored,
        copied,
      }
    },
  }
}

function newProgress(): StreamProgress {
  return {
    check: createStreamCheck(),
    sizes: [],
    roots: [],
    met: 0,
    bad: false,
    unsignedAt: null,
    lateUntil: 0,
    gap: null,
  }
}

/** The copy outside counts; what the log itself has must be the same. Signatures may be others, the text not. */
function differenceOf(own: string | null, outside: string | null, text: string): CheckpointFinding['problem'] | null {
  if (outside === null) return null
  if (own === null) return 'removed'
  return own.startsWith(`${text}\n`) ? null : 'rewritten'
}

function idOf(record: LogRecord): string | null {
  const id = membersOf(record)?.id
  return typeof id === 'string' ? id : null
}

function timeOf(record: LogRecord): string {
  const at = membersOf(record)?.at
  return typeof at === 'string' ? at : ''
}
