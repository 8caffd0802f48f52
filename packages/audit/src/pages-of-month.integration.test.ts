import { randomUUID } from 'node:crypto'
import type { Sql } from 'postgres'
import { expect, test } from 'vitest'
import { connectForCheckpoints } from './checkpoints/connect.ts'
import { boundsOf, monthAt } from './months/month.ts'
import { createPostgresSinkPositions } from './sinks/postgres-sink-positions.ts'
import { databaseForTest } from './testing/database.ts'
import { recordsOfStream } from './verify/stream-records.ts'

const events = 20_000
const limit = 500
const stream = randomUUID()
const month = monthAt(Date.now())
const bounds = boundsOf(month)

/** Each reads ten pages, and returns the number of events. */
const readers: Readonly<Record<string, (url: string) => Promise<number>>> = {
  async checkpoints(url) {
    const sql = connectForCheckpoints({ url })
    let got = 0
    for (let page = 0; page < 10; page++)
      got += (await recordsOfStream(sql, { stream, month: bounds, first: page * limit + 1, limit })).length
    await sql.end()
    return got
  },
  async sinks(url) {
    const positions = createPostgresSinkPositions({ pool: { url } })
    let got = 0
    for (let page = 0; page < 10; page++)
      got += (await positions.read({ stream, month: Date.parse(bounds.from), seq: page * limit }, limit)).length
    await positions.close()
    return got
  },
}

test.each(Object.entries(readers))('%s read only the events of their pages, not the whole month', async (_, read) => {
  const { admin, runtime, runtimeUrl } = await databaseForTest()
  await fill(admin, runtime)
  const before = await rowsRead(admin)
  const got = await read(runtimeUrl)
  expect(got).toBe(10 * limit)
  expect((await rowsRead(admin)) - before).toBeLessThan(2 * got)
})

async function fill(admin: Sql, runtime: Sql): Promise<void> {
  await runtime`select audit.ensure_partition(${bounds.from.slice(0, 10)}::date)`
  await admin`
    insert into audit.events (stream, seq, at, id, kind, canonical, prev, hash)
    select ${stream}::uuid, n, ${bounds.from}::timestamptz + n * interval '1 ms', gen_random_uuid(), 'call',
      ${JSON.stringify({ text: 'x'.repeat(700) })}, sha256(''), sha256('')
    from generate_series(1, ${events}) as n`
  await admin`analyze audit.events`
}

/** The rows of events that all closed connections have read, in tables or by indexes. */
async function rowsRead(admin: Sql): Promise<number> {
  // A connection reports its last reads when it ends.
  await expect
    .poll(() =>
      admin`select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
      and application_name not in ('', 'postgres.js')`.then(({ count }) => count),
    )
    .toBe(0)
  const [row] = await admin`
    select (select sum(seq_tup_read) from pg_stat_all_tables where relname like 'events_2%')::float8 as scanned,
      (select sum(idx_tup_read) from pg_stat_all_indexes where relname like 'events_2%')::float8 as found`
  return row?.scanned + row?.found
}
