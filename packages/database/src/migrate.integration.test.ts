import { randomUUID } from 'node:crypto'
import type { Sql, TransactionSql } from 'postgres'
import { describe, expect, test } from 'vitest'
import { openDatabase } from './connection.ts'
import { roleOf } from './explain.ts'
import { checkSchema, migrate } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { databaseForTest } from './testing/connect.ts'
import { sharedFixture } from './testing/index.ts'

const sharedDatabase = sharedFixture(databaseForTest)

/** The shared database as it is before the first migration. */
async function emptyDatabase() {
  const database = sharedDatabase()
  await database.owner.unsafe('DROP SCHEMA IF EXISTS gateway CASCADE; DROP SCHEMA IF EXISTS audit CASCADE')
  return { ...database, runtimeRole: roleOf(database.runtimeUrl) }
}

test('the first run applies every migration, and the next one none', async () => {
  const { ownerUrl, runtimeRole } = await emptyDatabase()
  const names = migrations.map((migration) => migration.name)
  expect(await migrate(ownerUrl, { runtimeRole })).toEqual({ applied: names, version: names.length })
  expect(await migrate(ownerUrl, { runtimeRole })).toEqual({ applied: [], version: names.length })
})

test('five replicas that start at once apply each migration once', async () => {
  const { ownerUrl, runtimeRole, owner } = await emptyDatabase()
  const results = await Promise.all(Array.from({ length: 5 }, () => migrate(ownerUrl, { runtimeRole })))
  expect(results.filter((result) => result.applied.length > 0)).toHaveLength(1)
  const recorded = await owner`select version from gateway.migrations order by version`
  expect(recorded.map((row) => row.version)).toEqual(migrations.map((_, index) => index + 1))
})

test('a database of a newer release is refused and left alone', async () => {
  const { ownerUrl, runtimeUrl, runtimeRole, owner } = await emptyDatabase()
  await migrate(ownerUrl, { runtimeRole })
  await owner`insert into gateway.migrations (version, name, checksum) values (99, '0099-future', 'x')`
  await expect(migrate(ownerUrl, { runtimeRole })).rejects.toMatchObject({
    code: 'RGW_SCHEMA_NEWER',
    message: expect.stringContaining('schema version 99'),
  })
  const { sql, close } = openDatabase(runtimeUrl)
  await expect(checkSchema(sql)).rejects.toMatchObject({ code: 'RGW_SCHEMA_NEWER' })
  await close()
})

test('a migration that was applied in another form is refused by name', async () => {
  const { ownerUrl, runtimeRole, owner } = await emptyDatabase()
  await migrate(ownerUrl, { runtimeRole })
  await owner`update gateway.migrations set checksum = 'other' where version = 2`
  await expect(migrate(ownerUrl, { runtimeRole })).rejects.toMatchObject({
    code: 'RGW_MIGRATION_CHANGED',
    message: expect.stringContaining('0002-revision'),
  })
})

describe('the migration to unique bindings', () => {
  const older = migrations.slice(
    0,
    migrations.findIndex(({ name }) => name === '0033-unique-bindings'),
  )
  const insert = (sql: Sql | TransactionSql, values: object) =>
    sql`insert into gateway.bindings ${sql({
      id: randomUUID(),
      subject_kind: 'group',
      subject_id: 'deployers',
      role: 'viewer',
      created_by: 'test',
      ...values,
    })}`

  test('keeps the oldest of equal bindings, and all that differ', async () => {
    const { ownerUrl, runtimeRole, owner } = await emptyDatabase()
    await migrate(ownerUrl, { runtimeRole, migrations: older })
    const expiresAt = new Date('2090-01-01')
    const different = [
      {},
      { subject_id: 'other' },
      { subject_kind: 'user' },
      { role: 'ops' },
      { racks: 'staging' },
      { apps: 'web' },
      { expires_at: expiresAt },
    ]
    const permissions = { subject_kind: 'api-token', permissions: 'app:list' }
    for (const [index, values] of [...different, permissions].entries())
      for (const day of [3, 1, 2])
        await insert(owner, {
          created_at: new Date(Date.UTC(2026, 0, day)),
          ...values,
          reason: day === 1 ? `oldest of ${index}` : 'later',
        })
    await migrate(ownerUrl, { runtimeRole })
    const kept = await owner`select reason from gateway.bindings order by created_at, reason`
    const oldest = Array.from({ length: 8 }, (_, index) => `oldest of ${index}`)
    expect(kept.map(({ reason }) => reason)).toEqual([...oldest, 'later', 'later'])
    for (const values of different) await expect(insert(owner, values)).rejects.toThrow('bindings_once')
  })

  test('waits for a change of another replica, which adds an equal binding', async () => {
    const { ownerUrl, runtimeRole, owner } = await emptyDatabase()
    await migrate(ownerUrl, { runtimeRole, migrations: older })
    await insert(owner, {})
    const migrating = await owner.begin(async (tx) => {
      await tx`select value from gateway.revision for update`
      const running = migrate(ownerUrl, { runtimeRole })
      const waiting = () =>
        owner`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      await expect.poll(async () => (await waiting()).length).toBe(1)
      await insert(tx, {})
      return [running]
    })
    expect((await migrating[0])?.applied).toContain('0033-unique-bindings')
    expect(await owner`select from gateway.bindings`).toHaveLength(1)
  })
})

test('a failed migration rolls back the whole run', async () => {
  const { ownerUrl, runtimeRole, owner } = await emptyDatabase()
  const broken = [...migrations, { name: '0099-broken', sql: 'CREATE TABLE gateway.half (); SELECT 1/0' }]
  await expect(migrate(ownerUrl, { runtimeRole, migrations: broken })).rejects.toThrow('division by zero')
  expect(await owner`select from pg_namespace where nspname in ('gateway', 'audit')`).toHaveLength(0)
})

test('a missing runtime login is an error that names it, and no migration runs', async () => {
  const { ownerUrl, owner } = await emptyDatabase()
  await expect(migrate(ownerUrl, { runtimeRole: 'nobody"; DROP TABLE x' })).rejects.toMatchObject({
    code: 'RGW_RUNTIME_ROLE_MISSING',
    message: expect.stringContaining('nobody"; DROP TABLE x'),
  })
  expect(await owner`select from pg_namespace where nspname = 'gateway'`).toHaveLength(0)
})

test('a role name with a dot and a quote is granted as one name', async () => {
  const { ownerUrl, admin, owner } = await emptyDatabase()
  const role = `odd."role${Date.now()}`
  const quoted = `"${role.replaceAll('"', '""')}"`
  await admin.unsafe(`CREATE ROLE ${quoted} LOGIN`)
  await migrate(ownerUrl, { runtimeRole: role })
  const [held] = await owner`select has_table_privilege(${role}, 'audit.events', 'INSERT') as insert`
  expect(held?.insert).toBe(true)
  await admin.unsafe(`DROP OWNED BY ${quoted}; DROP ROLE ${quoted}`)
})

test('one login for both migrates too', async () => {
  const { ownerUrl, owner } = await emptyDatabase()
  await migrate(ownerUrl, { runtimeRole: roleOf(ownerUrl) })
  await expect(owner`select from gateway.users`).resolves.toHaveLength(0)
})

test('a start without the owner says when the migrations are missing', async () => {
  const { runtimeUrl } = await emptyDatabase()
  const { sql, close } = openDatabase(runtimeUrl)
  await expect(checkSchema(sql)).rejects.toMatchObject({ code: 'RGW_SCHEMA_OLDER' })
  await close()
})

test('the wrong password is one sentence without the password', async () => {
  const { ownerUrl } = sharedDatabase()
  const url = new URL(ownerUrl)
  url.password = 'hunter2-secret'
  await expect(migrate(url.href, { runtimeRole: 'x' })).rejects.toSatisfy((error: Error) => {
    return /refused the login "rack_gateway_owner"/.test(error.message) && !error.message.includes('hunter2')
  })
})
