import type { Readable } from 'node:stream'
import type { Sql, TransactionSql } from 'postgres'
import { exportLineInSql } from './export-line.ts'
import { createLineSplitter } from './lines.ts'
import { searchColumns } from './search-columns.ts'

/** A database's log as it is at one moment. */
export interface DatabaseLog {
  /** Notes, in the order of their numbers. */
  checkpoints(): AsyncGenerator<string>
  /** Export lines, by month, stream and number, some at once. May be left before the end. */
  lines(): AsyncGenerator<readonly string[]>
  /** The same, quicker, to the end: rows as COPY writes them, the search columns before each line. */
  rows(onRow: (row: Buffer) => void): Promise<void>
}

const notesAtOnce = 500
const linesAtOnce = 500

/** Reads the log in one snapshot, so that checkpoints and events fit together while it is being written. */
export function withDatabaseLog<T>(sql: Sql, work: (log: DatabaseLog) => Promise<T>): Promise<T> {
  return sql.begin('isolation level repeatable read read only', async function readLog(tx) {
    await tx`select set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO', true), set_config('statement_timeout', '0', true)`
    return work({
      async *checkpoints() {
        const rows = tx<{ note: string }[]>`select note from audit.checkpoints order by number`
        for await (const batch of rows.cursor(notesAtOnce)) for (const { note } of batch) yield note
      },
      async *lines() {
        for (const month of await monthsOf(tx)) {
          const rows = tx<{ line: string }[]>`
            select ${tx.unsafe(exportLineInSql)} as line from audit.events
            where at >= ${month}::timestamptz and at < ${month}::date + interval '1 month' order by stream, seq, at`
          for await (const batch of rows.cursor(linesAtOnce)) yield batch.map(({ line }) => line)
        }
      },
      async rows(onRow) {
        for (const month of await monthsOf(tx)) await copyMonth(tx, month, onRow)
      },
    })
  }) as Promise<T>
}

/** First days of the months that have events. */
async function monthsOf(tx: TransactionSql): Promise<string[]> {
  const rows = await tx<{ month: string }[]>`
    select to_char(month, 'YYYY-MM-DD') as month from (
      select generate_series(date_trunc('month', min(at)), max(at), interval '1 month') as month from audit.events
    ) as months`
  return rows.map(({ month }) => month)
}

/** COPY is the quickest way out of PostgreSQL: its rows are only cut, not parsed. Who stops reading it leaves the connection useless. */
async function copyMonth(tx: TransactionSql, month: string, onRow: (row: Buffer) => void): Promise<void> {
  const readable: Readable = await tx
    .unsafe(
      `copy (select ${[...searchColumns, exportLineInSql].join(', ')} from audit.events
        where at >= '${month}' and at < date '${month}' + interval '1 month' order by stream, seq, at) to stdout`,
    )
    .readable()
  const lines = createLineSplitter(onRow)
  for await (const chunk of readable) lines.push(chunk)
  lines.end()
}

const backslash = 0x5c
const escapes: Readonly<Record<number, number>> = { 98: 8, 102: 12, 110: 10, 114: 13, 116: 9, 118: 11 }

/** A value of COPY as it was. Most have nothing to undo, and come back as they are. */
export function copyUnescaped(value: Buffer): Buffer {
  if (!value.includes(backslash)) return value
  const text = Buffer.allocUnsafe(value.length)
  let length = 0
  for (let index = 0; index < value.length; index++) {
    const byte = value[index] ?? 0
    const next = byte === backslash ? value[++index] : byte
    text[length++] = byte === backslash ? (escapes[next ?? 0] ?? next ?? 0) : byte
  }
  return text.subarray(0, length)
}
