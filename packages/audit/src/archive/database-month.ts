import type { Sql } from 'postgres'
import { boundsOf, isMonth, type Month, monthAt } from '../months/month.ts'
import { readCheckpoint } from '../signed-notes/checkpoint.ts'
import { linesOfMonth, numberedNotes } from '../verify/database-log.ts'
import type { MonthSource } from './check-month.ts'

/** The numbers of the first and the last checkpoint that has a stream of the month. */
export interface CheckpointRange {
  readonly first: number
  readonly last: number
}

/** The past months that have a partition, oldest first, and the current month by the database's clock. */
export async function monthsIn(sql: Sql): Promise<{ readonly past: Month[]; readonly current: Month }> {
  const rows = await sql<{ name: string; now: Date }[]>`
    select c.relname as name, now() as now from pg_catalog.pg_inherits i
    join pg_catalog.pg_class c on c.oid = i.inhrelid where i.inhparent = 'audit.events'::regclass order by c.relname`
  const current = monthAt(rows[0]?.now.getTime() ?? Date.now())
  const months = rows.map(({ name }) => name.replace(/^events_(\d{4})_(\d\d)$/, '$1-$2')).filter(isMonth)
  return { past: months.filter((month) => month < current), current }
}

/** The month's streams that checkpoints contain, and the range of these checkpoints (null without streams). */
export async function coveringCheckpoints(
  sql: Sql,
  month: Month,
): Promise<{ readonly streams: ReadonlySet<string>; readonly range: CheckpointRange | null }> {
  const { from } = boundsOf(month)
  const rows = await sql<{ id: string }[]>`select id from audit.streams where month = ${from}::timestamptz`
  const candidates = new Set(rows.map(({ id }) => id))
  const streams = new Set<string>()
  const numbers: { first?: number; last?: number } = {}
  for await (const { number, note } of numberedNotes(sql, { first: await firstNumber(sql, from), last: null })) {
    const heads = readCheckpoint(note)?.heads.filter(({ stream }) => candidates.has(stream)) ?? []
    for (const { stream } of heads) streams.add(stream)
    if (heads.length === 0) continue
    numbers.first ??= number
    numbers.last = number
  }
  const { first, last } = numbers
  return { streams, range: first === undefined || last === undefined ? null : { first, last } }
}

export function databaseMonth(sql: Sql, month: Month, range: CheckpointRange | null): MonthSource {
  return {
    async *notes() {
      if (range === null) return
      for await (const { note } of numberedNotes(sql, range)) yield note
    },
    async lines(onLine) {
      for await (const lines of linesOfMonth(sql, boundsOf(month))) for (const line of lines) onLine(Buffer.from(line))
    },
  }
}

/** The first checkpoint that can have a stream of the month. Allows for clocks that differ by up to a day. */
async function firstNumber(sql: Sql, from: string): Promise<number> {
  const [row] = await sql<{ number: number | null }[]>`
    select min(number)::float8 as number from audit.checkpoints where at >= ${from}::timestamptz - interval '1 day'`
  return row?.number ?? 1
}
