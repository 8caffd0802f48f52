import type { Sql } from 'postgres'
import { expect, test } from 'vitest'
import { databaseForTest } from './testing/connect.ts'
import { insertEvent } from './testing/event-row.ts'

function monthFromNow(months: number): Date {
  const now = new Date()
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, 1))
}

async function ensure(sql: Sql, month: Date | null): Promise<string> {
  const [row] = await sql`select audit.ensure_partition(${month?.toISOString().slice(0, 10) ?? null}::date) as name`
  return row?.name
}

test('the runtime login makes the partition of a month ahead, and events go into it', async () => {
  const { runtime } = await databaseForTest()
  const at = monthFromNow(2)
  await expect(insertEvent(runtime, { at })).rejects.toThrow('no partition')
  await ensure(runtime, at)
  await insertEvent(runtime, { at })
  expect(await runtime`select from audit.events where at = ${at}`).toHaveLength(1)
})

test('the first and the last moment of a month are in its partition, in UTC whatever the session says', async () => {
  const { runtime, owner } = await databaseForTest()
  await runtime`set timezone = 'Pacific/Kiritimati'`
  const name = await ensure(runtime, monthFromNow(2))
  await insertEvent(runtime, { at: monthFromNow(2) })
  await insertEvent(runtime, { at: new Date(monthFromNow(3).getTime() - 1) })
  expect(await owner.unsafe(`select from audit.${name}`)).toHaveLength(2)
})

test('ten replicas that need the same partition at once get one', async () => {
  const { runtime, owner } = await databaseForTest()
  const names = await Promise.all(Array.from({ length: 10 }, () => ensure(runtime, monthFromNow(3))))
  expect(new Set(names).size).toBe(1)
  expect(await owner`select from pg_inherits where inhparent = 'audit.events'::regclass`).toHaveLength(3)
})

test('months far from the current one are refused, because the clock of the caller must be wrong', async () => {
  const { runtime } = await databaseForTest()
  for (const month of [monthFromNow(-2), monthFromNow(4), new Date(0), new Date('9999-12-01'), null]) {
    await expect(ensure(runtime, month)).rejects.toThrow(/check the clock/)
  }
  await expect(runtime`select audit.ensure_partition('infinity'::date)`).rejects.toThrow()
})

test('a caller cannot slip objects of its own into the function', async () => {
  const { runtime, owner } = await databaseForTest()
  await runtime.begin(async (tx) => {
    await tx.unsafe(`
      CREATE FUNCTION pg_temp.date_trunc(text, date) RETURNS timestamptz LANGUAGE sql AS $$ SELECT 1/0; SELECT now() $$;
      SET LOCAL search_path = pg_temp, public;`)
    await tx`select audit.ensure_partition((now() + interval '2 months')::date)`
  })
  const [made] = await owner`
    select bool_and(relowner = 'rack_gateway_owner'::regrole) as owned from pg_class
    where relnamespace = 'audit'::regnamespace and relkind in ('r', 'p')`
  expect(made?.owned).toBe(true)
})

test('making a partition does not wait for a reader, nor does a writer wait for it', async () => {
  const { runtime, owner } = await databaseForTest()
  await runtime.begin(async (reader) => {
    await reader`select count(*) from audit.events`
    await insertEvent(owner)
    await owner.begin(async (tx) => {
      await tx`set local lock_timeout = '2s'`
      await tx`select audit.ensure_partition((now() + interval '2 months')::date)`
      await insertEvent(runtime)
    })
  })
})
