import { callManagementApi } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type System, startSystem, verifyStreams } from './support/system.ts'

let system: System
let admin: string
beforeAll(async () => {
  system = await startSystem()
  admin = await system.token('admin')
})
afterAll(() => system.stop())

/** What a migration of a later release may do while this one runs: new columns, and a new table. */
async function migrateFurther(): Promise<void> {
  const tables = await system.sql<{ name: string }[]>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname in ('gateway', 'audit') and not exists (
      select from pg_inherits where inhrelid = format('%I.%I', schemaname, tablename)::regclass)`
  expect(tables.length).toBeGreaterThan(20)
  await system.sql.begin(async (sql) => {
    for (const { name } of tables)
      await sql.unsafe(`ALTER TABLE ${name} ADD COLUMN "of a later release" text DEFAULT 'x'`)
    await sql`create table gateway.of_a_later_release (id integer)`
    await sql`insert into gateway.migrations (version, name, checksum) values (1000, '1000-later', 'x')`
  })
}

let rounds = 0
/** Reads and changes through every part that has a table. @returns each status */
async function useEverything(): Promise<number[]> {
  rounds += 1
  const api = (method: string, path: string, body?: unknown) => callManagementApi(system, admin, method, path, body)
  const form = ['Content-Type: application/x-www-form-urlencoded']
  const account = await api('POST', '/service-accounts', { name: `account-${rounds}` })
  const token = await api('POST', '/tokens', { name: `token-${rounds}`, role: 'viewer' })
  const responses = [
    account,
    token,
    await system.get('/apps?', admin),
    await system.get('/apps?', token.text('token')),
    await system.send('PUT', '/apps/myapp?', admin, 'lock=false', form),
    await api('POST', '/bindings', { role: 'viewer', subject: { kind: 'service-account', id: account.text('id') } }),
    await api('POST', `/tokens/${token.text('id')}/rotate`, {}),
    await api('DELETE', `/tokens/${token.text('id')}`),
  ]
  for (const list of [
    'users',
    'sessions',
    'tokens',
    'service-accounts',
    'bindings',
    'groups',
    'trusts',
    'recordings',
    'audit/events',
    'audit/alarms',
  ])
    responses.push(await api('GET', `/${list}`))
  return responses.map(({ status }) => status)
}

test('a gateway continues while a later release adds to every table of its database', async () => {
  const before = await useEverything()
  expect(before.every((status) => status < 300)).toBe(true)
  await migrateFurther()
  // Its result is kept for a second, so nothing asks before.
  await expect.poll(async () => (await system.get('/gateway/health/ready', admin)).status).toBe(200)
  expect(await useEverything()).toEqual(before)
  expect(await verifyStreams(system.sql)).toMatchObject({ intact: true })
})
