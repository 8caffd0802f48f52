import { expect, test } from 'vitest'
import { openDatabase } from './connection.ts'
import { roleOf } from './explain.ts'
import { checkSchema, migrate } from './migrate.ts'
import { type Migration, migrations } from './migrations/index.ts'
import { databaseForTest } from './testing/connect.ts'
import { sharedFixture } from './testing/index.ts'

const sharedDatabase = sharedFixture(databaseForTest)

/** The shared database as it is before the first migration. */
async function emptyDatabase() {
  const database = sharedDatabase()
  await database.owner.unsafe('DROP SCHEMA IF EXISTS gateway CASCADE; DROP SCHEMA IF EXISTS audit CASCADE')
  return { ...database, runtimeRole: roleOf(database.runtimeUrl) }
}

/** A later release with two more migrations. The second needs the first. */
const later = [
  ...migrations,
  { name: '0002-colors', sql: 'CREATE TABLE gateway.colors (name text PRIMARY KEY)' },
  { name: '0003-red', sql: "INSERT INTO gateway.colors VALUES ('red')" },
]
const names = (list: readonly Migration[]) => list.map(({ name }) => name)

test('the number in the name of a migration is its version', () => {
  expect(names(migrations).map((name) => Number.parseInt(name, 10))).toEqual(migrations.map((_, index) => index + 1))
})

test('the first run applies every migration in order, and the next one none', async () => {
  const { ownerUrl, runtimeRole, owner } = await emptyDatabase()
  const options = { runtimeRole, migrations: later }
  expect(await migrate(ownerUrl, options)).toEqual({ applied: names(later), version: later.length })
  expect(await migrate(ownerUrl, options)).toEqual({ applied: [], version: later.length })
  expect(await owner`select name from gateway.colors`).toEqual([{ name: 'red' }])
})

test('a later release applies only its own migrations, and the runtime login can use their tables', async () => {
  const { ownerUrl, runtimeRole, owner, runtime } = await emptyDatabase()
  expect(await migrate(ownerUrl, { runtimeRole })).toEqual({ applied: names(migrations), version: migrations.length })
  const added = names(later.slice(migrations.length))
  expect(await migrate(ownerUrl, { runtimeRole, migrations: later })).toEqual({ applied: added, version: later.length })
  const recorded = await owner`select name from gateway.migrations order by version`
  expect(recorded.map(({ name }) => name)).toEqual(names(later))
  expect(await runtime`select name from gateway.colors`).toEqual([{ name: 'red' }])
})

test.each([
  ['an empty database', []],
  ['the database of an earlier release', migrations],
])('five replicas that start at once with %s apply each migration once', async (_, before) => {
  const { ownerUrl, runtimeRole, owner } = await emptyDatabase()
  if (before.length > 0) await migrate(ownerUrl, { runtimeRole, migrations: before })
  const start = () => migrate(ownerUrl, { runtimeRole, migrations: later })
  const results = await Promise.all(Array.from({ length: 5 }, start))
  const applied = results.map((result) => result.applied).filter((list) => list.length > 0)
  expect(applied).toEqual([names(later.slice(before.length))])
  const recorded = await owner`select version from gateway.migrations order by version`
  expect(recorded.map((row) => row.version)).toEqual(later.map((_, index) => index + 1))
})

test('a database of a newer release is refused and left alone', async () => {
  const { ownerUrl, runtimeUrl, runtimeRole, owner } = await emptyDatabase()
  await migrate(ownerUrl, { runtimeRole, migrations: later })
  const recorded = () => owner`select * from gateway.migrations order by version`
  const before = await recorded()
  await expect(migrate(ownerUrl, { runtimeRole })).rejects.toMatchObject({
    code: 'RGW_SCHEMA_NEWER',
    message: expect.stringContaining(`schema version ${later.length}`),
  })
  expect(await recorded()).toEqual(before)
  const { sql, close } = openDatabase(runtimeUrl)
  await expect(checkSchema(sql)).rejects.toMatchObject({ code: 'RGW_SCHEMA_NEWER' })
  await close()
})

test('a migration that was applied in another form is refused by name, and no later one runs', async () => {
  const { ownerUrl, runtimeRole, owner } = await emptyDatabase()
  await migrate(ownerUrl, { runtimeRole, migrations: later })
  const changed = later.map((migration, index) => (index === 1 ? { ...migration, sql: 'SELECT 1' } : migration))
  const further = [...changed, { name: '0004-blue', sql: "INSERT INTO gateway.colors VALUES ('blue')" }]
  await expect(migrate(ownerUrl, { runtimeRole, migrations: further })).rejects.toMatchObject({
    code: 'RGW_MIGRATION_CHANGED',
    message: expect.stringContaining('0002-colors'),
  })
  expect(await owner`select name from gateway.colors`).toEqual([{ name: 'red' }])
})

test('a database with more migrations, of another build, is not taken for one of a newer release', async () => {
  const { ownerUrl, runtimeUrl, runtimeRole, owner } = await emptyDatabase()
  await migrate(ownerUrl, { runtimeRole, migrations: later })
  await owner`update gateway.migrations set name = '0001-users', checksum = 'other' where version = 1`
  const refused = { code: 'RGW_MIGRATION_CHANGED', message: expect.stringContaining('0001-users') }
  await expect(migrate(ownerUrl, { runtimeRole })).rejects.toMatchObject(refused)
  const { sql, close } = openDatabase(runtimeUrl)
  await expect(checkSchema(sql)).rejects.toMatchObject(refused)
  await close()
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
