import { createAuditWriter, createPostgresAuditStore } from '@rack-gateway/audit'
import { createTestDatabase } from '@rack-gateway/database/testing'
import postgres from 'postgres'
import { onTestFinished } from 'vitest'
import type { System } from './system.ts'

/** Adds a stream as the database's owner can, `age` milliseconds ago. @returns its ID, and that of its second event */
export async function inventStream(system: System, age: number): Promise<{ stream: string; id: string }> {
  const other = await createTestDatabase()
  onTestFinished(other.drop)
  const store = createPostgresAuditStore({ pool: { url: other.runtimeUrl } })
  const clock = { now: () => Date.now() - age }
  const writer = createAuditWriter({ store, clock, host: 'invented', pid: 1 })
  await writer.open()
  const { event } = await writer.record({ kind: 'call', rack: 'staging', app: 'invented' })
  const stream = writer.stats().stream ?? ''
  const sql = postgres(other.adminUrl, { max: 1 })
  const rows = await sql`select * from audit.events where stream = ${stream}`
  await Promise.all([writer.close(), sql.end()])
  await store.close()
  await system.sql`select audit.ensure_partition(${new Date(clock.now()).toISOString().slice(0, 10)}::date)`
  await system.sql`insert into audit.events ${system.sql(rows)}`
  return { stream, id: event.id }
}
