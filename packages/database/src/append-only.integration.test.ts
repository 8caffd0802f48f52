import type { Sql } from 'postgres'
import { expect, onTestFinished, test } from 'vitest'
import { tamperProtection } from './tampering.ts'
import { databaseForTest } from './testing/connect.ts'
import { insertEvent } from './testing/event-row.ts'
import { type OnEnd, sharedFixture } from './testing/index.ts'

async function databaseWithEvents(onEnd: OnEnd = onTestFinished) {
  const database = await databaseForTest(onEnd)
  await insertEvent(database.runtime)
  await insertEvent(database.runtime)
  return { ...database, partitions: await partitionsOf(database.owner) }
}

/** For tests whose changes are all rejected. */
const sharedDatabase = sharedFixture(databaseWithEvents)

async function partitionsOf(sql: Sql): Promise<string[]> {
  const rows =
    await sql`select inhrelid::regclass::text as name from pg_inherits where inhparent = 'audit.events'::regclass order by 1`
  return rows.map((row) => row.name)
}

const changes = [
  'UPDATE %s SET kind = kind',
  'DELETE FROM %s',
  'TRUNCATE %s',
  "INSERT INTO %s SELECT * FROM audit.events ON CONFLICT (stream, seq, at) DO UPDATE SET canonical = '{}'",
  'MERGE INTO %s AS t USING audit.events AS s ON t.id = s.id WHEN MATCHED THEN DELETE',
  'SELECT * FROM %s FOR UPDATE',
]
const tampering = [
  'ALTER TABLE %s DISABLE TRIGGER ALL',
  'DROP TRIGGER refuse_change ON %s',
  'DROP TABLE %s',
  'ALTER TABLE %s OWNER TO rack_gateway',
  'ALTER TABLE %s DROP COLUMN hash',
  'CREATE TRIGGER mine BEFORE INSERT ON %s EXECUTE FUNCTION audit.refuse_change()',
  'CREATE RULE mine AS ON INSERT TO %s DO INSTEAD NOTHING',
]

test('the runtime login can neither change nor remove an event, on the table or on any partition', async () => {
  const { runtime, owner, partitions } = sharedDatabase()
  expect(partitions).toHaveLength(2)
  for (const table of ['audit.events', ...partitions]) {
    for (const statement of [...changes, ...tampering]) {
      await expect(runtime.unsafe(statement.replace('%s', table)), `${statement} ${table}`).rejects.toThrow(
        /permission denied|must be owner|append-only/,
      )
    }
  }
  await runtime.unsafe('GRANT DELETE, UPDATE, TRUNCATE ON audit.events TO rack_gateway, PUBLIC')
  expect(await tamperProtection(runtime)).toBe('prevented')
  expect(await owner`select from audit.events`).toHaveLength(2)
})

test('the runtime login cannot bypass the triggers with a role, a setting, a function, or by attaching and detaching partitions', async () => {
  const { runtime } = sharedDatabase()
  for (const statement of [
    'SET ROLE rack_gateway_owner',
    'SET SESSION AUTHORIZATION rack_gateway_owner',
    "SET session_replication_role = 'replica'",
    'CREATE OR REPLACE FUNCTION audit.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$',
    'DROP FUNCTION audit.refuse_change() CASCADE',
    'CREATE TABLE audit.mine ()',
    'ALTER TABLE audit.events DETACH PARTITION audit.events_2000_01',
    'DROP SCHEMA audit CASCADE',
    'SELECT gateway.raise_revision()',
    'DELETE FROM gateway.migrations',
    'DELETE FROM audit.streams',
    "UPDATE audit.streams SET host = 'x'",
    "COPY (SELECT 1) TO PROGRAM 'true'",
  ]) {
    await expect(runtime.unsafe(statement), statement).rejects.toThrow(/permission denied|must be owner|does not exist/)
  }
})

test('even the owner is refused on the table and on every partition, by row and by statement', async () => {
  const { owner, partitions } = sharedDatabase()
  for (const table of ['audit.events', ...partitions]) {
    for (const statement of ['UPDATE %s SET kind = kind', 'DELETE FROM %s', 'TRUNCATE %s']) {
      await expect(owner.unsafe(statement.replace('%s', table)), `${statement} ${table}`).rejects.toThrow('append-only')
    }
  }
})

test('the triggers fire in replica mode too', async () => {
  const { admin } = sharedDatabase()
  await expect(
    admin.begin(async (tx) => {
      await tx`set local session_replication_role = 'replica'`
      await tx`delete from audit.events`
    }),
  ).rejects.toThrow('append-only')
})

test('every partition has the triggers that the newest one is made with', async () => {
  const { owner, runtime } = await databaseWithEvents()
  await runtime`select audit.ensure_partition((now() + interval '2 months')::date)`
  const rows = await owner`
    select inhrelid::regclass::text as partition, array(
      select tgname::text from pg_trigger where tgrelid = inhrelid and tgenabled = 'A' order by 1) as triggers
    from pg_inherits where inhparent = 'audit.events'::regclass`
  expect(rows).toHaveLength(3)
  for (const row of rows) expect(row.triggers).toEqual(['refuse_change', 'refuse_row_change'])
})

test('a partition keeps its triggers when the owner detaches it', async () => {
  const { owner, partitions } = await databaseWithEvents()
  await owner.unsafe(`ALTER TABLE audit.events DETACH PARTITION ${partitions[0]}`)
  await expect(owner.unsafe(`DELETE FROM ${partitions[0]}`)).rejects.toThrow('append-only')
})

test('a hash without 32 bytes, a sequence below 1, and a duplicate key are rejected', async () => {
  const { runtime } = await databaseForTest()
  await expect(insertEvent(runtime, { hash: Buffer.alloc(31) })).rejects.toThrow('events_hash_length')
  await expect(insertEvent(runtime, { seq: 0 })).rejects.toThrow('events_seq_positive')
  await insertEvent(runtime)
  const again = runtime`insert into audit.events (stream, seq, at, id, kind, canonical, prev, hash)
    select stream, seq, at, id, kind, canonical, prev, hash from audit.events`
  await expect(again).rejects.toThrow('duplicate key')
})

test('checkpoints can only be added, by the runtime login and by the owner', async () => {
  const { runtime, owner } = await databaseForTest()
  const row = { number: 1, at: new Date(), hash: Buffer.alloc(32), key: 'k', note: 'n' }
  await runtime`insert into audit.checkpoints ${runtime(row)}`
  await expect(runtime`insert into audit.checkpoints ${runtime(row)}`).rejects.toThrow('duplicate key')
  await expect(runtime`insert into audit.checkpoints ${runtime({ ...row, number: 0 })}`).rejects.toThrow('positive')
  for (const statement of [
    "UPDATE audit.checkpoints SET note = 'other'",
    'DELETE FROM audit.checkpoints',
    'TRUNCATE audit.checkpoints',
    'DELETE FROM audit.trees',
    'TRUNCATE audit.deliveries',
    'ALTER TABLE audit.checkpoints DISABLE TRIGGER ALL',
  ])
    await expect(runtime.unsafe(statement), statement).rejects.toThrow(/permission denied|must be owner/)
  for (const statement of [
    "UPDATE audit.checkpoints SET note = 'other'",
    'DELETE FROM audit.checkpoints',
    'TRUNCATE audit.checkpoints',
  ])
    await expect(owner.unsafe(statement), statement).rejects.toThrow('append-only')
})

test('tampering is prevented for the runtime login and only detected for an owner, a member or a writer of files', async () => {
  const { runtime, owner, admin, runtimeUrl } = sharedDatabase()
  expect(await tamperProtection(runtime)).toBe('prevented')
  expect(await tamperProtection(owner)).toBe('detected')
  expect(await tamperProtection(admin)).toBe('detected')
  expect(runtimeUrl).toContain('rack_gateway:')
  const as = async (binding: string) => {
    const role = `member_${Math.random().toString(36).slice(2)}`
    await admin.unsafe(`CREATE ROLE ${role}; ${binding.replace('%s', role)}`)
    try {
      return await admin.begin(async (tx) => {
        await tx.unsafe(`SET LOCAL ROLE ${role}`)
        return tamperProtection(tx)
      })
    } finally {
      await admin.unsafe(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
    }
  }
  expect(await as('SELECT 1')).toBe('prevented')
  expect(await as('GRANT rack_gateway_owner TO %s')).toBe('detected')
  expect(await as('GRANT pg_write_server_files TO %s')).toBe('detected')
  expect(await as('GRANT UPDATE (canonical) ON audit.events TO %s')).toBe('detected')
  expect(await as('GRANT TRUNCATE ON audit.events TO %s')).toBe('detected')
  expect(await as('GRANT DELETE ON audit.checkpoints TO %s')).toBe('detected')
  expect(await as('GRANT DELETE ON audit.archives TO %s')).toBe('detected')
})
