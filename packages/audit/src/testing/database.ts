import { copyTestDatabase, createTestDatabase, type OnEnd, type TestDatabase } from '@rack-gateway/database/testing'
import postgres, { type Sql } from 'postgres'
import { onTestFinished } from 'vitest'
import { createPostgresAuditStore } from '../log/postgres-audit-store.ts'
import { createAuditWriter } from '../log/writer.ts'
import type { AuditWriterOptions } from '../log/writer-options.ts'
import { type ChainLink, type ChainResult, verifyChain } from './verify-chain.ts'

/** A test database with connections as runtime login and superuser, dropped when the test ends. */
export async function databaseForTest(onEnd: OnEnd = onTestFinished) {
  return connectTo(await createTestDatabase(), onEnd)
}

/** A copy of a test database as it is now, like a restored backup. Ends the connections to the original. */
export async function copyDatabase(original: TestDatabase, onEnd: OnEnd = onTestFinished) {
  return connectTo(await copyTestDatabase(original), onEnd)
}

function connectTo(database: TestDatabase, onEnd: OnEnd) {
  const runtime = postgres(database.runtimeUrl, { max: 2, fetch_types: false, onnotice() {} })
  const admin = postgres(database.adminUrl, { max: 2, fetch_types: false, onnotice() {} })
  onEnd(async () => {
    await Promise.all([runtime.end({ timeout: 1 }), admin.end({ timeout: 1 })])
    await database.drop()
  })
  return { ...database, runtime, admin }
}

/** A writer on PostgreSQL, closed when the test ends. */
export async function openPostgresWriter(
  url: string,
  options: Partial<AuditWriterOptions> & { timeout?: number } = {},
  onEnd: OnEnd = onTestFinished,
) {
  const { timeout = 1_000, ...rest } = options
  const store = createPostgresAuditStore({ pool: { url, applicationName: 'rack-gateway audit' }, timeout })
  const writer = createAuditWriter({ store, clock: Date, host: 'test', pid: 1, ...rest })
  await writer.open()
  onEnd(async () => {
    await writer.close()
    await store.close()
  })
  return { ...writer, store }
}

export async function readLinks(sql: Sql): Promise<ChainLink[]> {
  const rows = await sql<ChainLink[]>`
    select stream, seq, canonical, prev, hash from audit.events order by stream, seq`
  return rows.map((row) => ({ ...row, seq: Number(row.seq) }))
}

export async function checkChain(sql: Sql): Promise<ChainResult> {
  return verifyChain(await readLinks(sql))
}

/** Changes append-only tables as the database owner could, with triggers disabled. */
export async function tamper(admin: Sql, statement: string): Promise<void> {
  const partitions = await admin`
    select inhrelid::regclass::text as name from pg_inherits where inhparent = 'audit.events'::regclass`
  const tables = ['audit.events', 'audit.checkpoints', ...partitions.map(({ name }) => name)]
  await admin.unsafe(`${tables.map((table) => `ALTER TABLE ${table} DISABLE TRIGGER ALL;`).join(' ')} ${statement}`)
}

/** The transaction is never committed, so that tests can share a database that they damage. */
export async function withRollback<T>(adminUrl: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = postgres(adminUrl, { max: 1, fetch_types: false, onnotice() {} })
  try {
    await sql`begin`
    return await work(sql)
  } finally {
    await sql.end({ timeout: 1 })
  }
}
