import type { Readable } from 'node:stream'
import type { Sql } from 'postgres'
import { monthAfter, monthOf } from '../months/calendar-month.ts'
import { type CopiedRow, createCopyReader } from './copied-rows.ts'
import { exportLineInSql } from './export-line.ts'
import { searchColumns } from './search-columns.ts'

/**
 * Read the checkpoints before the events. Otherwise, a new checkpoint could sign events that were written after the
 * events were read, and these events would seem to be missing.
 */
export interface DatabaseLog {
  /** Recorded archives, oldest month first. */
  archives(): Promise<ArchiveRecord[]>
  /** Checkpoint notes in order of their numbers. */
  checkpoints(): AsyncGenerator<string>
  /** Export lines in batches, ordered by month, stream, and number. The consumer may stop early. */
  lines(): AsyncGenerator<readonly string[]>
  /** All events as rows of `searchColumns`, canonical form, `prev`, and `hash`. Faster than `lines`. */
  rows(onRow: (row: CopiedRow) => void): Promise<void>
}

const notesAtOnce = 500
const linesAtOnce = 500

/** An archive that was verified and recorded. `manifest` is its text. */
export interface ArchiveRecord {
  readonly manifest: string
  /** Location of the archive. */
  readonly place: string
}

/**
 * Uses no transaction: if the connection broke during a transaction, the driver would end the process. Uses no cursor:
 * the driver would report a broken connection as the end of the rows.
 */
export function databaseLog(sql: Sql): DatabaseLog {
  return {
    async archives() {
      const [table] = await sql`select to_regclass('audit.archives') is not null as present`
      if (!table?.present) return []
      const rows = await sql<
        ArchiveRecord[]
      >`select manifest, place from audit.archives order by month, at, hash, place`
      return [...rows]
    },
    async *checkpoints() {
      for await (const { note } of numberedNotes(sql, { first: 1, last: null })) yield note
    },
    async *lines() {
      for (const month of await monthsOf(sql)) yield* linesOfMonth(sql, month)
    },
    async rows(onRow) {
      for (const month of await monthsOf(sql)) await copyMonth(sql, month, onRow)
    },
  }
}

/** @param last null for the newest checkpoint */
export async function* numberedNotes(
  sql: Sql,
  { first, last }: { readonly first: number; readonly last: number | null },
): AsyncGenerator<{ readonly number: number; readonly note: string }> {
  for (let after = first - 1; ; ) {
    const rows = await sql<{ number: number; note: string }[]>`
      select number::float8 as number, note from audit.checkpoints
      where number > ${after} ${last === null ? sql`` : sql`and number <= ${last}`} order by number limit ${notesAtOnce}`
    yield* rows
    const newest = rows.at(-1)
    if (newest === undefined) return
    after = newest.number
  }
}

/** Checkpoints after a number that introduced a new key. */
export async function keyChangesAfter(sql: Sql, number: number): Promise<string[]> {
  const rows = await sql<{ note: string }[]>`
    select note from audit.checkpoints where number > ${number} and replaces is not null order by number`
  return rows.map(({ note }) => note)
}

export interface MonthBounds {
  /** With `Z`, so that the bounds do not depend on PostgreSQL's session time zone. */
  readonly from: string
  readonly to: string
}

/** The months from the first event to the last one. */
async function monthsOf(sql: Sql): Promise<MonthBounds[]> {
  const [bounds] = await sql<{ first: Date | null; last: Date | null }[]>`
    select min(at) as first, max(at) as last from audit.events`
  if (bounds?.first == null || bounds.last == null) return []
  const months: MonthBounds[] = []
  const last = bounds.last.getTime()
  for (let month = monthOf(bounds.first.getTime()); month <= last; month = monthAfter(month))
    months.push({ from: new Date(month).toISOString(), to: new Date(monthAfter(month)).toISOString() })
  return months
}

interface LineRow {
  readonly line: string
  readonly stream: string
  readonly number: string
  /** With microseconds. */
  readonly moment: string
}

/** Export lines of one month in batches, ordered by stream and number. Two rows with the same number are two lines. */
export async function* linesOfMonth(sql: Sql, { from, to }: MonthBounds): AsyncGenerator<string[]> {
  let after: LinePosition | null = null
  for (;;) {
    const values = after === null ? [from, to] : [from, to, after.stream, after.number, after.moment]
    // An unnamed statement is planned with its parameters. A generic plan could read the whole month for each page.
    const rows: readonly LineRow[] = await sql.unsafe<LineRow[]>(after === null ? firstPage : laterPage, values)
    if (rows.length > 0) yield rows.map(({ line }) => line)
    if (rows.length < linesAtOnce) return
    after = rows.at(-1) ?? null
  }
}

const firstPage = pageQuery('')
/** The time is passed as text, because a Date would lose its microseconds. */
const laterPage = pageQuery('and (stream, seq, at) > ($3::uuid, $4::bigint, $5::text::timestamptz)')

function pageQuery(condition: string): string {
  return `
    select ${exportLineInSql} as line, stream, seq::text as number, (at at time zone 'UTC')::text || '+00' as moment
    from audit.events where at >= $1::timestamptz and at < $2::timestamptz ${condition}
    order by stream, seq, at limit ${linesAtOnce}`
}

type LinePosition = Pick<LineRow, 'stream' | 'number' | 'moment'>

const copiedColumns = [...searchColumns.map(({ name }) => name), 'canonical', 'prev', 'hash']

/** COPY in binary format is the fastest way to read. The connection is unusable if the reader stops early. */
async function copyMonth(sql: Sql, { from, to }: MonthBounds, onRow: (row: CopiedRow) => void): Promise<void> {
  const readable: Readable = await sql
    .unsafe(
      `copy (select ${copiedColumns.join(', ')} from audit.events
        where at >= '${from}' and at < '${to}' order by stream, seq, at) to stdout (format binary)`,
    )
    .readable()
  const rows = createCopyReader(copiedColumns.length, onRow)
  // Each chunk is a row, so an async iterator would cost twice as much.
  await new Promise<void>((resolve, reject) => {
    readable.on('data', function onChunk(chunk: Buffer) {
      try {
        rows.push(chunk)
      } catch (error) {
        reject(error)
        readable.destroy()
      }
    })
    readable.once('end', resolve).once('error', reject)
  })
  rows.end()
}
