import type { StreamHead } from '@rack-gateway/audit-proof'
import type { Checkpoint } from '../signed-notes/checkpoint.ts'
import type { PublicKey } from '../signed-notes/signing-key.ts'
import { type ArchiveClaim, createArchiveClaims } from './archive-claims.ts'
import { createCheckpointChain } from './checkpoint-chain.ts'
import { membersOf, readPosition, type StatedPosition } from './event-position.ts'
import { type LogRecord, readExportLine } from './export-line.ts'
import type { CheckpointFinding, EventFinding, Finding, LostRange, Verification } from './findings.ts'
import { createRecoveries } from './recoveries.ts'
import { createRestorations, type RestoredCheckpoint } from './restorations.ts'
import { SignedTrees } from './signed-trees.ts'
import { createStreamCheck } from './stream-check.ts'

export interface LogVerifier {
  /**
   * Adds the next checkpoint, in order of numbers. Add all checkpoints before the first event.
   *
   * @param own the checkpoint in the log; null if it is missing there. If only copies are available, pass the copy
   * @param copy its external copy; null if there is none
   */
  addCheckpoint(own: string | null, copy: string | null): void
  /** Adds an archive, which explains why a month's streams are missing; null for an unreadable manifest. */
  addArchive(claim: ArchiveClaim | null): void
  /** Adds the next event as an export line. Streams may be interleaved; each must be in order of `seq`. */
  addEvent(line: Buffer): void
  /** Like `addEvent`, for a parsed event. @param columnProblem the first search column that differs, or null */
  addRecord(record: LogRecord, position: StatedPosition, columnProblem: string | null): void
  addUnreadable(): void
  finish(): Verification
}

export interface LogVerifierOptions {
  /** The key that the auditor trusts; null to take the keys from the checkpoints. */
  readonly pinned: PublicKey | null
  /** The streams to verify, if checkpoints also have others. Default all. */
  readonly streams?: ReadonlySet<string>
  /**
   * Time of the verification in milliseconds since the epoch. An unsigned event is a finding if it is more than six
   * minutes older than `now`, or more than five minutes older than the newest checkpoint. Other unsigned events are
   * only counted.
   */
  readonly now?: number | undefined
  /**
   * Time in milliseconds since the epoch at which the events existed. An unsigned event is a finding if its time is more
   * than five minutes later. Default `now`.
   */
  readonly readBefore?: number | undefined
  /** Called with each readable event, valid or not. */
  readonly onRecord?: (record: LogRecord) => void
}

/** The progress of a stream: what was read, and what was signed. */
class StreamProgress {
  readonly check = createStreamCheck()
  readonly signed = new SignedTrees()
  /** Whether the stream has a finding. Then its later events are not verified. */
  bad = false
  /** `at` of the first unsigned event. */
  unsignedAt: string | null = null
  /** Number of the last unsigned event that should be signed. */
  lastOverdueSeq = 0
  /** The first unsigned event whose time is in the future. */
  future: { readonly seq: number; readonly at: string } | null = null
  /** The first missing event. */
  gap: Gap | null = null
}

interface Gap {
  /** Index in the list of findings. */
  readonly finding: number
  readonly expected: number
  readonly foundInstead: number
}

const maxFindings = 100
/** Allowed clock difference between gateways and the database. */
const tolerance = 5 * 60_000
/** A gateway signs an event within a minute. */
const signingDelay = 60_000

/** Memory grows with the number of streams and checkpoints, not of events. */
export function createLogVerifier(options: LogVerifierOptions): LogVerifier {
  const { pinned, streams: selected, now, readBefore = now, onRecord } = options
  const chain = createCheckpointChain()
  const streams = new Map<string, StreamProgress>()
  const findings: Finding[] = []
  const archives = createArchiveClaims(report)
  const recoveries = createRecoveries()
  const restorations = createRestorations()
  const isSelected = (stream: string) => selected?.has(stream) ?? true
  let [found, events, lines] = [0, 0, 0]
  /** Events before this time are so old that a checkpoint should have signed them by `now`. Empty without `now`. */
  const dueUntil = now === undefined ? '' : new Date(now - signingDelay - tolerance).toISOString()
  /** No unsigned event can be later, whatever the clocks. Empty if that is not verified. */
  const latest = readBefore === undefined ? '' : new Date(readBefore + tolerance).toISOString()
  /** Events before this time must be in a checkpoint. Empty if unsigned events are only counted. */
  let signedUntil = dueUntil
  let anchored = false
  let copied: Verification['copied'] = null
  /** The last used entry of `streams`, because consecutive events are often of one stream. */
  let current: { readonly id: string; readonly progress: StreamProgress } | null = null

  function report(finding: Finding): void {
    found++
    if (findings.length < maxFindings) findings.push(finding)
  }

  function progressOf(stream: string): StreamProgress {
    if (current?.id === stream) return current.progress
    const progress = streams.get(stream) ?? new StreamProgress()
    streams.set(stream, progress)
    current = { id: stream, progress }
    return progress
  }

  /** Whether a finding concerns a stream that is not being verified. */
  function isAboutOther({ problem, detail }: CheckpointFinding): boolean {
    return (problem === 'broken' || problem === 'head') && !isSelected(detail)
  }

  function expectHeads({ number, heads }: Checkpoint): void {
    for (const head of heads) if (isVerified(head)) progressOf(head.stream).signed.add(number, head)
  }

  function isVerified({ stream, size, state }: StreamHead): boolean {
    return state !== 'broken' && size > 0 && isSelected(stream)
  }

  /** Reports the events that the log lacks since the restore, once. */
  function addRestoration({ heads }: Checkpoint, { number, restored }: RestoredCheckpoint): void {
    const signedNow = new Map(heads.filter(isVerified).map((head) => [head.stream, head]))
    for (const stream of signedNow.keys()) progressOf(stream)
    const lost: LostRange[] = []
    for (const [stream, { signed }] of streams) {
      const range = signed.restore(number, restored.from, signedNow.get(stream) ?? null)
      if (range !== null) lost.push({ stream, ...range })
    }
    // The restore does not concern an archived month that lost no event.
    if (selected === undefined || lost.length > 0) report(restorations.add({ number, restored }, lost, findings.length))
  }

  /** Consecutive missing checkpoints are one finding, because a restored log can lack thousands. */
  function reportRemoved(number: number): void {
    const index = findings.length - 1
    const last = findings[index]
    const continues =
      last?.about === 'checkpoint' && last.problem === 'removed' && Number(last.detail || last.number) === number - 1
    if (continues) findings[index] = { ...last, detail: String(number) }
    else report({ about: 'checkpoint', problem: 'removed', number, detail: '' })
  }

  function badEvent(progress: StreamProgress, finding: Omit<EventFinding, 'about'>): void {
    progress.bad = true
    report({ about: 'event', ...finding })
  }

  function addUnsigned(progress: StreamProgress, record: LogRecord): void {
    const at = timeOf(record)
    if (latest !== '' && at > latest) progress.future ??= { seq: progress.check.size, at }
    if (signedUntil === '') return
    progress.unsignedAt ??= at
    if (at < signedUntil) progress.lastOverdueSeq = progress.check.size
    else recoveries.add(record)
  }

  /** Compares the tree with the signed one, if this event completes it. */
  function checkHead(stream: string, progress: StreamProgress, record: LogRecord): void {
    const { check, signed } = progress
    const { size } = check
    if (size > signed.required.size) addUnsigned(progress, record)
    if (size !== signed.nextSize) return
    const seq = signed.compare(size, check.tree.root())
    if (seq !== null) badEvent(progress, { problem: 'root', stream, seq, until: size, id: null, detail: '' })
  }

  /** If the missing event appears later, two events were swapped. */
  function checkSwap(progress: StreamProgress, { stream, seq }: StatedPosition): void {
    const { gap } = progress
    if (gap === null || seq !== gap.expected) return
    progress.gap = null
    if (gap.finding < findings.length)
      findings[gap.finding] = {
        about: 'event',
        problem: 'swapped',
        stream,
        seq,
        until: gap.foundInstead,
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
    const position = record && readPosition(record)
    if (record === null || position === null) addUnreadable()
    else addRecord(record, position, null)
  }

  function addRecord(record: LogRecord, position: StatedPosition, columnProblem: string | null): void {
    lines++
    const progress = progressOf(position.stream)
    events++
    onRecord?.(record)
    if (progress.bad) {
      checkSwap(progress, position)
      return
    }
    const expected = progress.check.size + 1
    const problem = progress.check.add(record, position) ?? (columnProblem === null ? null : 'column')
    if (problem === null) {
      checkHead(position.stream, progress, record)
      const explained = restorations.explain(record, position)
      if (explained !== null && explained.index < findings.length) findings[explained.index] = explained.finding
      return
    }
    // The missing event is the first bad one, not the event after it.
    const seq = problem === 'gap' ? expected : position.seq
    const id = problem === 'gap' ? null : idOf(record)
    if (problem === 'gap') progress.gap = { finding: findings.length, expected, foundInstead: position.seq }
    badEvent(progress, { problem, stream: position.stream, seq, until: seq, id, detail: columnProblem ?? '' })
  }

  function checkEnds(): void {
    for (const [stream, progress] of streams) {
      const { check, signed, bad, unsignedAt, lastOverdueSeq, future } = progress
      if (bad) continue
      const { size: until, root } = signed.required
      if (check.size === 0 && archives.explains({ stream, size: until, root })) continue
      const next = { stream, seq: check.size + 1, until, id: null, detail: '' }
      if (check.size < until) badEvent(progress, { problem: check.size === 0 ? 'missing' : 'truncated', ...next })
      else if (lastOverdueSeq > 0 && !recoveries.covers(stream, until + 1, lastOverdueSeq))
        badEvent(progress, {
          problem: 'unsigned',
          ...next,
          seq: until + 1,
          until: check.size,
          detail: unsignedAt ?? '',
        })
      else if (future !== null)
        badEvent(progress, { problem: 'future', ...next, seq: future.seq, until: check.size, detail: future.at })
    }
  }

  return {
    addCheckpoint(own, copy) {
      if (copy !== null) anchored = true
      const { checkpoint, findings: problems } = chain.add(copy ?? own ?? '')
      for (const problem of problems) if (!isAboutOther(problem)) report(problem)
      if (checkpoint === null) return
      const coveredUntil = new Date(Date.parse(checkpoint.at) - tolerance).toISOString()
      signedUntil = [coveredUntil, dueUntil].sort()[1] ?? coveredUntil
      if (copy !== null) copied = { last: checkpoint.number, at: checkpoint.at }
      if (checkpoint.restored === null) expectHeads(checkpoint)
      else addRestoration(checkpoint, { number: checkpoint.number, restored: checkpoint.restored })
      const differs = differenceOf(own, copy, checkpoint.note.text)
      if (differs === 'removed') reportRemoved(checkpoint.number)
      else if (differs) report({ about: 'checkpoint', problem: differs, number: checkpoint.number, detail: '' })
    },
    addArchive: archives.add,
    addEvent,
    addRecord,
    addUnreadable,
    finish() {
      archives.trust(chain.keys)
      checkEnds()
      const { first, last, count, keys } = chain
      const isKnown = pinned !== null && keys.some(({ text }) => text === pinned.text)
      if (pinned !== null && !isKnown)
        report({ about: 'checkpoint', problem: 'stranger', number: first?.number ?? 0, detail: pinned.id })
      let unsigned = 0
      const unsignedStreams: string[] = []
      for (const [stream, { check, signed }] of streams) {
        unsigned += Math.max(0, check.size - signed.required.size)
        const isUnsigned = check.size > 0 && signed.required.size === 0
        if (isUnsigned && unsignedStreams.length < maxFindings) unsignedStreams.push(stream)
      }
      return {
        intact: found === 0,
        findings,
        found,
        streams: [...streams.values()].filter(({ check, bad }) => check.size > 0 || bad).length,
        events,
        unsigned,
        unsignedStreams,
        checkpoints: first && last && { count, first: first.number, last: last.number, at: last.at },
        keys: keys.map(({ text }) => text),
        trust: isKnown ? 'pinned' : first === null ? 'none' : 'first-use',
        archived: archives.explainedMonths(),
        recovered: recoveries.excused(),
        anchored,
        copied,
      }
    },
  }
}

/** Compares the text of the log's checkpoint with the external copy. Signatures may differ. */
function differenceOf(own: string | null, copy: string | null, text: string): CheckpointFinding['problem'] | null {
  if (copy === null) return null
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
