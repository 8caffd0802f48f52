import type { Sql } from 'postgres'
import { claimOf } from '../archive/claim.ts'
import type { PublicKey } from '../checkpoints/signing-key.ts'
import type { Digest } from '../tree/hashing.ts'
import { placeInAgreeingRow } from './agreeing-row.ts'
import { checkpointFiles } from './checkpoint-files.ts'
import { mergeCheckpoints } from './checkpoint-merge.ts'
import type { CopiedRow } from './copied-rows.ts'
import { type ArchiveRecord, databaseLog } from './database-log.ts'
import { membersOf, placeOf } from './event-place.ts'
import type { LogRecord } from './export-line.ts'
import type { Verification } from './findings.ts'
import { createLineSplitter } from './lines.ts'
import { createLogVerifier, type LogVerifier } from './log-verifier.ts'
import { differingColumn, searchColumns } from './search-columns.ts'

export interface VerifyOptions {
  /** The key that the auditor knows; null: the keys are those that the checkpoints name. */
  readonly pinned: PublicKey | null
  /** A directory with copies of checkpoints out of the database owner's reach; null: there is none. */
  readonly checkpoints: string | null
  /** When the log is read, in milliseconds since the epoch: events so old that a checkpoint was due must be in one. Not of exports, which lack the newest checkpoints. */
  readonly now?: number | undefined
  /** Archives that are at hand besides those that the log records. */
  readonly archives?: readonly ArchiveRecord[]
  /** Is given each event that can be read. */
  readonly onRecord?: (record: LogRecord) => void
}

/** Verifies an export against the checkpoints of a directory. @param chunks of export lines, in any pieces */
export async function verifyExport(chunks: AsyncIterable<Buffer>, options: VerifyOptions): Promise<Verification> {
  // An export has no checkpoints of its own, so without copies nothing is known of keys.
  const pinned = options.checkpoints === null ? null : options.pinned
  const verifier = createLogVerifier({ ...options, pinned, now: undefined })
  if (options.checkpoints !== null)
    for await (const note of checkpointFiles(options.checkpoints)) verifier.addCheckpoint(note, note)
  addArchives(verifier, options.archives)
  await eachLine(chunks, (line) => verifier.addEvent(line))
  return verifier.finish()
}

const checkpointLine = '{"checkpoint":'
const archiveLine = '{"archive":'

/**
 * Verifies what a gateway sends: checkpoints, a line each (`{"checkpoint":"…"}`), the archives that were made
 * (`{"archive":{"manifest":"…","place":"…"}}`), and then its events.
 */
export async function verifyStream(chunks: AsyncIterable<Buffer>, options: VerifyOptions): Promise<Verification> {
  const verifier = createLogVerifier(options)
  const merge = mergeCheckpoints(verifier, outsideOf(options))
  addArchives(verifier, options.archives)
  let phase: 'checkpoints' | 'events' = 'checkpoints'
  const notes: string[] = []
  const lines = createLineSplitter(function onLine(line) {
    if (line.toString('latin1', 0, archiveLine.length) === archiveLine) addArchives(verifier, [recordOf(line)])
    else if (phase === 'checkpoints' && line.toString('latin1', 0, checkpointLine.length) === checkpointLine)
      notes.push(noteOf(line))
    else if (phase === 'events') verifier.addEvent(line)
    else held.push(Buffer.from(line))
  })
  const held: Buffer[] = []
  for await (const chunk of chunks) {
    lines.push(chunk)
    for (const note of notes.splice(0)) await merge.own(note)
    if (phase === 'checkpoints' && held.length > 0) {
      await merge.end()
      phase = 'events'
      for (const line of held.splice(0)) verifier.addEvent(line)
    }
  }
  lines.end()
  for (const note of notes) await merge.own(note)
  if (phase === 'checkpoints') await merge.end()
  for (const line of held) verifier.addEvent(line)
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

/** Verifies the log in a database: chain, trees, checkpoints, and that what is searched says what was recorded. */
export async function verifyDatabase(sql: Sql, options: VerifyOptions): Promise<Verification> {
  const verifier = createLogVerifier(options)
  const log = databaseLog(sql)
  const merge = mergeCheckpoints(verifier, outsideOf(options))
  for await (const note of log.checkpoints()) await merge.own(note)
  await merge.end()
  addArchives(verifier, options.archives)
  addArchives(verifier, await log.archives())
  await log.rows((row) => verifyRow(verifier, row))
  return verifier.finish()
}

const digestLength = 64
const [canonicalAt, prevAt, hashAt] = [searchColumns.length, searchColumns.length + 1, searchColumns.length + 2]

function verifyRow(verifier: LogVerifier, row: CopiedRow): void {
  const record = recordIn(row)
  const place = record && placeInAgreeingRow(row, record.start, record.end)
  if (record === null) verifier.addUnreadable()
  else if (place === null) verifyRowClosely(verifier, row, record)
  else verifier.addRecord(record, place, null)
}

function recordIn({ bytes, from, to }: CopiedRow): LogRecord | null {
  const prev = bytes.toString('hex', from[prevAt], to[prevAt])
  const hash = bytes.toString('hex', from[hashAt], to[hashAt])
  if (prev.length !== digestLength || hash.length !== digestLength || to[canonicalAt] === 0) return null
  return new CopiedRecord(bytes, from[canonicalAt] ?? 0, to[canonicalAt] ?? 0, prev, hash)
}

/** Its text is made when it is asked for: most times nobody does. */
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
  const place = event && placeOf(event)
  if (event === null || place === null) verifier.addUnreadable()
  else verifier.addRecord(record, place, differingColumn(row, event))
}

function addArchives(verifier: LogVerifier, archives: readonly ArchiveRecord[] = []): void {
  for (const { manifest, place } of archives) verifier.addArchive(claimOf(manifest, place))
}

function outsideOf({ checkpoints }: VerifyOptions): AsyncIterator<string> | null {
  return checkpoints === null ? null : checkpointFiles(checkpoints)
}

async function eachLine(chunks: AsyncIterable<Buffer>, onLine: (line: Buffer) => void): Promise<void> {
  const lines = createLineSplitter(onLine)
  for await (const chunk of chunks) lines.push(chunk)
  lines.end()
}
