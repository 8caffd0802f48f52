import { locks } from '@rack-gateway/database'
import { callManagementApi } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { gatewayEnvironment } from '../support/gateway/gateway-environment.ts'
import { type System, startSystem, verifyStreams } from '../support/gateway/system.ts'
import { leaveNothing, startCommand } from '../support/processes.ts'

const form = ['Content-Type: application/x-www-form-urlencoded']

let system: System
let admin: string
beforeAll(async () => {
  // Calls wait for as long as the test holds the locks of a migration.
  system = await startSystem({ tuning: { auditLimits: { deadline: 60_000 } } })
  admin = await system.token('admin')
})
afterAll(async () => {
  await leaveNothing()
  await system.stop()
})

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

test('calls wait while a later release migrates, and are then carried out, once each, and recorded', async () => {
  expect((await system.get('/apps?', admin)).status).toBe(200)
  const before = (await system.events()).length
  const { calls } = await system.sql.begin(async (migrating) => {
    await migrating`select pg_advisory_xact_lock(${locks.space}::int, ${locks.migrate}::int)`
    for (const table of ['gateway.bindings', 'gateway.credentials', 'gateway.service_accounts', 'audit.events'])
      await migrating.unsafe(`ALTER TABLE ${table} ADD COLUMN "of the next release" text`)
    system.rack.clearReceived()
    const waiting = [
      system.get('/apps?', admin),
      system.send('PUT', '/apps/myapp?', admin, 'lock=false', form),
      callManagementApi(system, admin, 'POST', '/service-accounts', { name: 'during' }),
    ]
    const blocked = () => system.sql`
      select from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database()`
    await expect.poll(async () => (await blocked()).length, { interval: 20 }).toBeGreaterThanOrEqual(2)
    // If the gateway had forwarded the change, the rack would have received it before these calls.
    for (let count = 0; count < 3; count++) expect((await fetch(`${system.rack.url}/apps`)).status).toBe(401)
    expect(system.rack.received.filter(({ method }) => method === 'PUT')).toEqual([])
    return { calls: waiting }
  })
  expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200, 201])
  expect(system.rack.received.filter(({ method }) => method === 'PUT')).toHaveLength(1)
  const kinds = (await system.events()).slice(before).map(({ kind }) => kind)
  expect(kinds.toSorted()).toEqual(['call', 'intent', 'outcome', 'service-account.created'])
  expect(await verifyStreams(system.sql)).toMatchObject({ intact: true })
})

test('a gateway continues while a later release adds to every table of its database', async () => {
  const before = await useEverything()
  expect(before.every((status) => status < 300)).toBe(true)
  await migrateFurther()
  // Its result is kept for a second, so nothing asks before.
  await expect.poll(async () => (await system.get('/gateway/health/ready', admin)).status).toBe(200)
  expect(await useEverything()).toEqual(before)
  expect(await verifyStreams(system.sql)).toMatchObject({ intact: true })
})

test('after the migrations of a later release, this one does not start, changes nothing, and disturbs no process that runs', async () => {
  const rows = () => system.sql`select version, name, checksum, applied_at from gateway.migrations order by version`
  const streams = async () => (await system.events()).filter(({ kind }) => kind.startsWith('stream.')).length
  const [before, streamsBefore] = [await rows(), await streams()]
  const { DATABASE_OWNER_URL: _, ...runtimeOnly } = gatewayEnvironment(system, system.rack)
  for (const env of [gatewayEnvironment(system, system.rack), runtimeOnly]) {
    const { code, stderr } = await startCommand('gateway', [], env).ended
    expect([code, stderr]).toEqual([
      1,
      `the gateway could not start: The database is at schema version 1000, but this release knows only ${before.length - 1}. Start the newer release, or restore a backup from before its upgrade.\n`,
    ])
  }
  expect([await rows(), await streams()]).toEqual([before, streamsBefore])
  expect((await system.get('/apps?', admin)).status).toBe(200)
})
