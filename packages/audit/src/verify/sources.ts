import type { Digest } from '@rack-gateway/audit-proof'
import type { Sql } from 'postgres'
import type { PublicKey } from '../signed-notes/signing-key.ts'
import { checkpointFiles } from './checkpoint-files.ts'
import { mergeCheckpoints } from './checkpoint-merge.ts'
import type { CopiedRow } from './copied-rows.ts'
import { type ArchiveRecord, databaseLog } from './database-log.ts'
import { membersOf, positionOf } from './event-position.ts'
import type { LogRecord } from './export-line.ts'
import type { Verification } from './findings.ts'
import { createLineSplitter } from './line-splitter.ts'
import { createLogVerifier, type LogVerifier } from './log-verifier.ts'
import { readMatchingRow } from './matching-row.ts'
import { readArchiveClaim } from './read-archive-claim.ts'
import { differingColumn, searchColumns } from './search-columns.ts'

export interface VerifyOptions {
  /** The key that the auditor trusts; null to use the keys in the checkpoints. */
  readonly pinned: PublicKey | null
  /** A directory with copies of checkpoints that the database owner cannot change, or null. */
  readonly checkpoints: string | null
  /**
   * Time of reading in milliseconds since the epoch. An event must be in a checkpoint if a checkpoint was due after it.
   * Exports lack the newest checkpoints, so there it only detects events in the future.
   */
  readonly now?: number | undefined
  /** Archives in addition to those that the log recorded. */
  readonly archives?: readonly ArchiveRecord[]
  /** Called with each readable event. */
  readonly onRecord?: (record: LogRecord) => void
}

/** Verifies an export with a directory of checkpoints. @param chunks export lines in any pieces */
export async function verifyExport(chunks: AsyncIterable<Buffer>, options: VerifyOptions): Promise<Verification> {
  // An export has no checkpoints, so without copies no key is known.
  const pinned = options.checkpoints === null ? null : options.pinned
  const verifier = createLogVerifier({ ...options, pinned, now: undefined, readBefore: options.now })
  if (options.checkpoints !== null)
    for await (const note of checkpointFiles(options.checkpoints)) verifier.addCheckpoint(note, note)
  addArchives(verifier, options.archives)
  await eachLine(chunks, (line) => verifier.addEvent(line))
  return verifier.finish()
}

const checkpointLine = '{"checkpoint":'
const archiveLine = '{"archive":'

/**
 * Verifies the log that a gateway sends: a line per checkpoint (`{"checkpoint":"…"}`), the archives
 * (`{"archive":{"manifest":"…","place":"…"}}`), and then the events.
 */
export async function verifyGatewayResponse(
  chunks: AsyncIterable<Buffer>,
  options: VerifyOptions,
): Promise<Verification> {
  const verifier = createLogVerifier(options)
  const merge = mergeCheckpoints(verifier, copiesOf(options))
  addArchives(verifier, options.archives)
  let phase: 'checkpoints' | 'events' = 'checkpoints'
  const notes: string[] = []
  const lines = createLineSplitter(function onLine(line) {
    if (line.toString('latin1', 0, archiveLine.length) === archiveLine) addArchives(verifier, [recordOf(line)])
    else if (phase === 'checkpoints' && line.toString('latin1', 0, checkpointLine.length) === checkpointLine)
      notes.push(noteOf(line))
    else if (phase === 'events') verifier.addEvent(line)
    else waitingEvents.push(Buffer.from(line))
  })
  /** Events that wait until all checkpoints are added. */
  const waitingEvents: Buffer[] = []
  for await (const chunk of chunks) {
    lines.push(chunk)
    for (const note of notes.splice(0)) await merge.add(note)
    if (phase === 'checkpoints' && waitingEvents.length > 0) {
      await merge.end()
      phase = 'events'
      for (const line of waitingEvents.splice(0)) verifier.addEvent(line)
    }
  }
  lines.end()
  for (const note of notes) await merge.add(note)
  if (phase === 'checkpoints') await merge.end()
  for (const line of waitingEvents) verifier.addEvent(line)
  return verifier.finish()
}

function noteOf(line: Buffer): string {
  return textOf(membersOfLine(line)?.checkpoint)
}

function recordOf(line: Buffer): ArchiveRecord {
  const archive = membersOfLine(line)?.archive
  const { manifest, place }: { manifest?: unknown; place?: unknown } =
    typeof archive === 'object' && archive !== null ? archive : {}
  return { manifest: textOf(manifest), place: textOf(place) }
}

function membersOfLine(line: Buffer) {
  return membersOf({ line, start: 0, end: line.length })
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Verifies the log in a database: chains, trees, checkpoints, and search columns. */
export async function verifyDatabase(sql: Sql, options: VerifyOptions): Promise<Verification> {
  const verifier = createLogVerifier(options)
  const log = databaseLog(sql)
  const merge = mergeCheckpoints(verifier, copiesOf(options))
  for await (const note of log.checkpoints()) await merge.add(note)
  await merge.end()
  addArchives(verifier, options.archives)
  addArchives(verifier, await log.archives())
  await log.rows((row) => verifyRow(verifier, row))
  return verifier.finish()
}

const digestLength = 64
const [canonicalIndex, prevIndex, hashIndex] = [
  searchColumns.length,
  searchColumns.length + 1,
  searchColumns.length + 2,
]

function verifyRow(verifier: LogVerifier, row: CopiedRow): void {
  const record = recordIn(row)
  const position = record && readMatchingRow(row, record.start, record.end)
  if (record === null) verifier.addUnreadable()
  else if (position === null) verifyRowClosely(verifier, row, record)
  else verifier.addRecord(record, position, null)
}

function recordIn({ bytes, from, to }: CopiedRow): LogRecord | null {
  const prev = bytes.toString('hex', from[prevIndex], to[prevIndex])
  const hash = bytes.toString('hex', from[hashIndex], to[hashIndex])
  if (prev.length !== digestLength || hash.length !== digestLength || to[canonicalIndex] === 0) return null
  return new CopiedRecord(bytes, from[canonicalIndex] ?? 0, to[canonicalIndex] ?? 0, prev, hash)
}

/** Creates `latin1` only on access, because that text is rarely needed. */
class CopiedRecord implements LogRecord {
  readonly line: Buffer
  readonly start: number
  readonly end: number
  readonly prev: Digest
  readonly hash: Digest

  constructor(line: Buffer, start: number, end: number, prev: Digest, hash: Digest) {
    this.line = line
    this.start = start
    this.end = end
    this.prev = prev
    this.hash = hash
  }

  get latin1(): string {
    return this.line.toString('latin1', this.start, this.end)
  }
}

function verifyRowClosely(verifier: LogVerifier, row: CopiedRow, record: LogRecord): void {
  const event = membersOf(record)
  const position = event && positionOf(event)
  if (event === null || position === null) verifier.addUnreadable()
  else verifier.addRecord(record, position, differingColumn(row, event))
}

function addArchives(verifier: LogVerifier, archives: readonly ArchiveRecord[] = []): void {
  for (const { manifest, place } of archives) verifier.addArchive(readArchiveClaim(manifest, place))
}

function copiesOf({ checkpoints }: VerifyOptions): AsyncIterator<string> | null {
  return checkpoints === null ? null : checkpointFiles(checkpoints)
}

async function eachLine(chunks: AsyncIterable<Buffer>, onLine: (line: Buffer) => void): Promise<void> {
  const lines = createLineSplitter(onLine)
  for await (const chunk of chunks) lines.push(chunk)
  lines.end()
}
