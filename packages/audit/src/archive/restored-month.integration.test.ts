import type { Sql } from 'postgres'
import { expect, test } from 'vitest'
import { restoreLog } from '../checkpoints/restore-log.ts'
import { createPostgresAuditStore } from '../log/postgres-audit-store.ts'
import { createAuditWriter } from '../log/writer.ts'
import { startOf } from '../months/month.ts'
import { openPostgresWriter, tamper } from '../testing/database.ts'
import { verifyDatabase } from '../verify/sources.ts'
import { logKey, monthAgo, pastLog } from './testing/past-log.ts'
import { memoryStore } from './testing/stores.ts'
import { verifyArchivedMonth } from './verify-month.ts'

const month = monthAgo(15)
const trust = { pinned: logKey.publicKey, checkpoints: null }

async function* notesOf(sql: Sql) {
  const rows = await sql<{ note: string }[]>`select note from audit.checkpoints order by number`
  for (const { note } of rows) yield note
}

/** A log without the last two events of an old month, as in a backup that ends with checkpoint 1. */
async function restoredLog() {
  const log = await pastLog()
  const store = createPostgresAuditStore({ pool: { url: log.runtimeUrl } })
  let now = startOf(month) + 86_400_000
  const writer = createAuditWriter({ store, clock: { now: () => now++ }, host: 'test', pid: 1 })
  await writer.open()
  for (let count = 0; count < 3; count++) await writer.record({ kind: 'call' })
  await log.sign()
  // A checkpoint of that month would not have ended the stream.
  await tamper(log.admin, 'update audit.trees set settled = false')
  await writer.record({ kind: 'call' })
  const stream = writer.stats().stream ?? ''
  await writer.close()
  await store.close()
  await log.sign()
  const copies: string[] = []
  for await (const note of notesOf(log.runtime)) copies.push(note)
  await tamper(
    log.admin,
    `delete from audit.events where stream = '${stream}' and seq > 4;
     delete from audit.checkpoints where number > 1; delete from audit.trees;
     update audit.streams set closed_at = null, adopted_by = id, accounted_at = now()`,
  )
  await restoreLog(log.runtime, {
    keys: [logKey],
    copies: from(copies),
    async record() {
      const command = await openPostgresWriter(log.runtimeUrl)
      const { position } = await command.record({ kind: 'log.restored', detail: { by: 'ada', reason: 'a test' } })
      await command.close()
      return position
    },
  })
  return { ...log, stream }
}

async function* from(notes: readonly string[]) {
  yield* notes
}

test('a month that lost events with a restore is archived and dropped, and every verification names the restore', async () => {
  const log = await restoredLog()
  const store = memoryStore()
  expect(await log.retain(store)).toMatchObject([{ month, kind: 'dropped', events: 4 }])
  const lost = [{ stream: log.stream, first: 5, last: 6 }]
  expect(await verifyArchivedMonth(store, month, trust)).toMatchObject({
    intact: false,
    found: 1,
    findings: [{ problem: 'restored', from: 1, lost, event: null }],
  })
  expect(await verifyDatabase(log.runtime, trust)).toMatchObject({
    intact: false,
    found: 1,
    findings: [{ problem: 'restored', from: 1, lost, event: { by: 'ada' } }],
    archived: [{ month, events: 4, streams: 1 }],
  })
})

test('a month of a restored log is not archived if another event is missing', async () => {
  const log = await restoredLog()
  await tamper(log.admin, `delete from audit.events where stream = '${log.stream}' and seq = 2`)
  expect(await log.retain(memoryStore())).toMatchObject([
    { month, kind: 'refused', because: expect.stringContaining('event 2') },
  ])
})
