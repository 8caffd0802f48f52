import { createHash } from 'node:crypto'
import type { Sql, TransactionSql } from 'postgres'
import { MigrationChanged, SchemaNewer, SchemaOlder } from './errors/errors.ts'
import { databaseUnavailable } from './explain.ts'
import { locks } from './locks.ts'
import { migrations as allMigrations, type Migration } from './migrations/index.ts'
import { openPool } from './pool.ts'
import { grantRuntime } from './privileges.ts'

export interface MigrateOptions {
  /** The login of DATABASE_URL (`roleOf(url)`). If it is the owner itself, tampering is detected, but not prevented. */
  readonly runtimeRole: string
  /** Only for tests of this function. */
  readonly migrations?: readonly Migration[]
}

export interface MigrationResult {
  readonly applied: readonly string[]
  readonly version: number
}

/**
 * Migrates the schema, grants the runtime login its privileges, and creates the partitions of this and the next month.
 * Uses one transaction with a lock, so that replicas that start together don't migrate twice.
 *
 * @throws DatabaseUnavailable, SchemaNewer, MigrationChanged, RuntimeRoleMissing; the database is then unchanged
 */
export async function migrate(ownerUrl: string, options: MigrateOptions): Promise<MigrationResult> {
  const sql = connectOnce(ownerUrl)
  try {
    return await sql.begin(async function migrateUnderLock(tx) {
      await tx`select pg_advisory_xact_lock(${locks.space}::int, ${locks.migrate}::int)`
      const result = await applyMissing(tx, options.migrations ?? allMigrations)
      await ensurePartitions(tx)
      await grantRuntime(tx, options.runtimeRole)
      return result
    })
  } catch (error) {
    throw toDatabaseError(error, ownerUrl)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

/** Needs no DATABASE_OWNER_URL. @throws SchemaOlder, SchemaNewer, MigrationChanged */
export async function checkSchema(sql: Sql): Promise<void> {
  const [table] = await sql`select to_regclass('gateway.migrations') is not null as present`
  const version = table?.present ? checkRecorded(await readRecorded(sql), allMigrations) : 0
  if (version < allMigrations.length) throw new SchemaOlder(version, allMigrations.length)
}

function connectOnce(url: string) {
  try {
    return openPool({ url, applicationName: 'rack-gateway migrate' })
  } catch (error) {
    throw toDatabaseError(error, url)
  }
}

async function applyMissing(tx: TransactionSql, migrations: readonly Migration[]): Promise<MigrationResult> {
  await tx.unsafe(`
    CREATE SCHEMA IF NOT EXISTS gateway;
    CREATE SCHEMA IF NOT EXISTS audit;
    CREATE TABLE IF NOT EXISTS gateway.migrations (
      version integer PRIMARY KEY,
      name text NOT NULL,
      checksum text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now()
    );`)
  const missing = migrations.slice(checkRecorded(await readRecorded(tx), migrations))
  for (const migration of missing) {
    await tx.unsafe(migration.sql)
    await tx`insert into gateway.migrations (version, name, checksum)
      values (${migrations.indexOf(migration) + 1}, ${migration.name}, ${checksum(migration)})`
  }
  return { applied: missing.map((migration) => migration.name), version: migrations.length }
}

interface RecordedMigration {
  readonly version: number
  readonly name: string
  readonly checksum: string
}

function readRecorded(sql: Sql | TransactionSql) {
  return sql<RecordedMigration[]>`select version, name, checksum from gateway.migrations order by version`
}

/** @returns the version of the database's schema @throws SchemaNewer, MigrationChanged */
function checkRecorded(rows: readonly RecordedMigration[], migrations: readonly Migration[]): number {
  for (const row of rows) {
    const migration = migrations[row.version - 1]
    if (migration && checksum(migration) !== row.checksum) throw new MigrationChanged(row.name)
  }
  const version = rows.at(-1)?.version ?? 0
  if (version > migrations.length) throw new SchemaNewer(version, migrations.length)
  return version
}

function checksum(migration: Migration) {
  return createHash('sha256').update(migration.sql).digest('hex')
}

async function ensurePartitions(tx: TransactionSql) {
  await tx`select audit.ensure_partition((date_trunc('month', now() at time zone 'UTC') + make_interval(months => ahead))::date)
    from generate_series(0, 1) as ahead`
}

function toDatabaseError(error: unknown, url: string) {
  if (error instanceof Error && 'code' in error && String(error.code).startsWith('RGW_')) return error
  return databaseUnavailable(error, url)
}
