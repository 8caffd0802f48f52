import postgres from 'postgres'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openDatabase } from './connection.ts'
import { openPool } from './pool.ts'
import { users } from './schema.ts'
import { databaseForTest } from './testing/connect.ts'
import { sharedFixture } from './testing/index.ts'
import { guardTransactions } from './transactions.ts'

const sharedDatabase = sharedFixture(databaseForTest)

async function guardedPool() {
  const { runtimeUrl, adminUrl } = sharedDatabase()
  const closings = { count: 0 }
  const onclose = () => void closings.count++
  const sql = guardTransactions(postgres(runtimeUrl, { max: 2, fetch_types: false, onnotice() {}, onclose }), closings)
  const admin = postgres(adminUrl, { max: 1, fetch_types: false, onnotice() {} })
  onTestFinished(async () => {
    await Promise.all([sql.end({ timeout: 1 }), admin.end({ timeout: 1 })])
  })
  /** Ends a connection as an administrator, and waits until the pool has noticed it. */
  async function breakConnection(pid: number) {
    const before = closings.count
    await admin`select pg_terminate_backend(${pid})`
    await expect.poll(() => closings.count).toBe(before + 1)
  }
  return { sql, breakConnection, runtimeUrl, admin }
}

const pidOf = async (sql: postgres.ISql) => (await sql`select pg_backend_pid()::int as pid`)[0]?.pid
const closed = { code: 'CONNECTION_CLOSED' }

test.each(['ends', 'throws', 'sends a query', 'catches the error of a query, and sends another one'])(
  'a transaction whose connection breaks between queries fails without ending the process: it %s',
  async (what) => {
    const { sql, breakConnection } = await guardedPool()
    const transaction = sql.begin(async (tx) => {
      await breakConnection(await pidOf(tx))
      if (what === 'throws') throw new Error('of its own')
      if (what === 'sends a query') await tx`select 1`
      if (what === 'catches the error of a query, and sends another one') {
        await tx`select 1`.catch(() => {})
        await tx.unsafe('select 1')
      }
    })
    await expect(transaction).rejects.toMatchObject(closed)
    expect(await sql`select 1 as one`).toMatchObject([{ one: 1 }])
    await sql.begin((tx) => tx`select 2`)
  },
)

test('a transaction whose connection breaks during a query fails without ending the process', async () => {
  const { sql, admin } = await guardedPool()
  const transaction = sql.begin(async (tx) => {
    const pid = await pidOf(tx)
    const asked = tx`select pg_sleep(60)`
    asked.catch(() => {})
    const sleeping = () => admin`select from pg_stat_activity where pid = ${pid} and query like '%pg_sleep(60)%'`
    await expect.poll(sleeping).toHaveLength(1)
    await admin`select pg_terminate_backend(${pid})`
    await asked
  })
  await expect(transaction).rejects.toThrow()
  expect(await sql`select 1 as one`).toMatchObject([{ one: 1 }])
})

test('a transaction fails and is rolled back when another connection of the pool breaks', async () => {
  const { sql, breakConnection } = await guardedPool()
  const state = Buffer.alloc(32, 1)
  await sql`select 1`
  const other = await sql.reserve()
  const transaction = sql.begin(async (tx) => {
    const pid = await pidOf(other)
    other.release()
    await tx`insert into gateway.used_logins (state, expires_at) values (${state}, now())`
    await breakConnection(pid)
    await tx`select 1`
  })
  await expect(transaction).rejects.toMatchObject({ code: 'RGW_CONNECTION_BROKEN' })
  const [open] =
    await sql`select count(*)::int as open from pg_stat_activity where state like 'idle in transaction%' and datname = current_database()`
  expect(open?.open).toBe(0)
  expect(await sql`select from gateway.used_logins where state = ${state}`).toHaveLength(0)
})

test('results, errors, and lists of a transaction are the same as without the guard', async () => {
  const { sql } = await guardedPool()
  expect(await sql.begin(async (tx) => (await tx`select 1 as one`)[0]?.one)).toBe(1)
  expect(await sql.begin('read only', (tx) => [tx`select 1 as one`, tx`select 2 as two`])).toMatchObject([
    [{ one: 1 }],
    [{ two: 2 }],
  ])
  await expect(sql.begin(async (tx) => tx`select nonsense`)).rejects.toMatchObject({ code: '42703' })
  await expect(sql.begin('read only', (tx) => tx`create table x (id int)`)).rejects.toMatchObject({ code: '25006' })
  await expect(sql.begin(() => Promise.reject(new Error('of its own')))).rejects.toThrow('of its own')
})

test('a pool reports connections that close', async () => {
  const { runtimeUrl } = sharedDatabase()
  const heard = vi.fn()
  const sql = openPool({ url: runtimeUrl }, { onclose: heard })
  await sql`select 1`
  await sql.end({ timeout: 1 })
  expect(heard).toHaveBeenCalledTimes(1)
})

test('drizzle’s transactions are guarded, too', async () => {
  const { runtimeUrl, adminUrl } = sharedDatabase()
  const { db, sql, close } = openDatabase(runtimeUrl)
  const admin = postgres(adminUrl, { max: 1, fetch_types: false, onnotice() {} })
  onTestFinished(async () => {
    await Promise.all([close(), admin.end({ timeout: 1 })])
  })
  const transaction = db.transaction(async (tx) => {
    await tx.select().from(users)
    await admin`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'rack-gateway' and pid <> pg_backend_pid()`
    const isBroken = () =>
      tx
        .select()
        .from(users)
        .then(
          () => false,
          () => true,
        )
    await expect.poll(isBroken).toBe(true)
    await tx.select().from(users)
  })
  await expect(transaction).rejects.toThrow()
  expect(await sql`select 1 as one`).toMatchObject([{ one: 1 }])
})
