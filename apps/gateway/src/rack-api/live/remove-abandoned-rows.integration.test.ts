import { randomUUID } from 'node:crypto'
import { openDatabase } from '@rack-gateway/database'
import { createTestDatabase } from '@rack-gateway/database/testing'
import { expect, onTestFinished, test } from 'vitest'
import { removeAbandonedRows } from './remove-abandoned-rows.ts'

test('rows of ended processes are removed, and rows of live ones are not', async () => {
  const database = await createTestDatabase()
  const { sql, close } = openDatabase(database.runtimeUrl, { max: 1 })
  onTestFinished(async () => {
    await close()
    await database.drop()
  })
  async function stream(lease: string, follows: string | null = null): Promise<string> {
    const id = randomUUID()
    await sql`insert into audit.streams (id, month, host, pid, lease_until, follows)
      values (${id}, now(), 'test', 1, now() + ${lease}::interval, ${follows})`
    return id
  }
  async function call(name: string, of: string, age = '1 day'): Promise<void> {
    await sql`insert into gateway.live_calls
      (id, stream, started_at, request, principal, principal_kind, principal_name, rack, route, path, kind)
      values (${randomUUID()}, ${of}, now() - ${age}::interval, ${name}, 'x', 'user', 'x', 'x', 'x', 'x', 'logs')`
  }
  const [gone, away, previous] = [await stream('-1 day'), await stream('-1 hour'), await stream('-10 days')]
  await stream('30 s', previous)
  await call('gone', gone)
  await call('started just now', gone, '1 minute')
  await call('could come back', away)
  await call('of the month before', previous)
  for (const age of ['1 day', '1 minute'])
    await sql`insert into gateway.call_endings (call, reason, requested_at)
      values (${randomUUID()}, ${age}, now() - ${age}::interval)`
  await removeAbandonedRows(sql)
  const left = await sql<{ request: string }[]>`select request from gateway.live_calls order by request`
  expect(left.map(({ request }) => request)).toEqual(['could come back', 'of the month before', 'started just now'])
  expect(await sql`select reason from gateway.call_endings`).toEqual([{ reason: '1 minute' }])
})
