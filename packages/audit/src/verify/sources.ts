import type { Sql } from 'postgres'
import type { PublicKey } from '../checkpoints/signing-key.ts'
import { checkpointFiles } from './checkpoint-files.ts'
import { mergeCheckpoints } from './checkpoint-merge.ts'
import { copyUnescaped, databaseLog } from './database-log.ts'
import { membersOf, placeOf } from './event-place.ts'
import { readExportLine } from './export-line.ts'
import type { Verification } from './findings.ts'
import { createLineSplitter } from './lines.ts'
import { createLogVerifier, type LogVerifier } from './log-verifier.ts'
import { differingColumn, expectedColumns } from './search-columns.ts'

export interface VerifyOptions {
  /** The key that the auditor knows; null: the keys are those that the checkpoints name. */
  readonly pinned: PublicKey | null
  /** A directory with copies of checkpoints out of the database owner's reach; null: there is none. */
  readonly checkpoints: string | null
}

/** Verifies an export against the checkpoints of a directory. @param chunks of export lines, in any pieces */
export async function verifyExport(chunks: AsyncIterable<Buffer>, options: VerifyOptions): Promise<Verification> {
  const verifier = createLogVerifier(options)
  if (options.checkpoints !== null)
    for await (const note of checkpointFiles(options.checkpoints)) verifier.addCheckpoint(note, note)
  await eachLine(chunks, (line) => verifier.addEvent(line))
  return verifier.finish()
}

const checkpointLine = '{"checkpoint":'

/** Verifies what a gateway sends: checkpoints, a line each (`{"checkpoint":"…"}`), and then its events. */
export async function verifyStream(chunks: AsyncIterable<Buffer>, options: VerifyOptions): Promise<Verification> {
  const verifier = createLogVerifier(options)
  const merge = mergeCheckpoints(verifier, outsideOf(options))
  let phase: 'checkpoints' | 'events' = 'checkpoints'
  const notes: string[] = []
  const lines = createLineSplitter(function onLine(line) {
    if (phase === 'checkpoints' && line.toString('latin1', 0, checkpointLine.length) === checkpointLine)
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
  try {
    const { checkpoint }: { checkpoint?: unknown } = JSON.parse(line.toString('utf8'))
    return typeof checkpoint === 'string' ? checkpoint : ''
  } catch {
    return ''
  }
}

/** Verifies the log in a database: chain, trees, checkpoints, and that what is searched says what was recorded. */
export async function verifyDatabase(sql: Sql, options: VerifyOptions): Promise<Verification> {
  const verifier = createLogVerifier(options)
  const log = databaseLog(sql)
  const merge = mergeCheckpoints(verifier, outsideOf(options))
  for await (const note of log.checkpoints()) await merge.own(note)
  await merge.end()
  await log.rows((row) => verifyRow(verifier, row))
  return verifier.finish()
}

const lineBegins = '\t{"event":'

/** No value has a tab in it that COPY hasn't escaped: the first one before an export line ends the columns. */
function verifyRow(verifier: LogVerifier, row: Buffer): void {
  const tab = row.indexOf(lineBegins)
  const line = copyUnescaped(row.subarray(tab + 1))
  const record = readExportLine(line)
  const event = record && membersOf(record)
  const place = event && placeOf(event)
  if (record === null || event === null || place === null) {
    verifier.addUnreadable()
    return
  }
  const columns = row.toString('utf8', 0, tab + 1)
  const expected = expectedColumns(event)
  verifier.addRecord(record, place, columns === expected ? null : differingColumn(columns, expected))
}

function outsideOf({ checkpoints }: VerifyOptions): AsyncIterator<string> | null {
  return checkpoints === null ? null : checkpointFiles(checkpoints)
}

async function eachLine(chunks: AsyncIterable<Buffer>, onLine: (line: Buffer) => void): Promise<void> {
  const lines = createLineSplitter(onLine)
  for await (const chunk of chunks) lines.push(chunk)
  lines.end()
}
