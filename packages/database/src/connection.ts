import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import type { Sql } from 'postgres'
import { databaseUnavailable } from './explain.ts'
import { openPool, type PoolSettings } from './pool.ts'
import * as schema from './schema.ts'

/** Seconds. */
const defaultConnectTimeout = 5

export interface DatabaseOptions {
  /** The maximum number of connections, which are opened when needed. Default 10. */
  readonly max?: number
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string
  /** Seconds to wait for a connection. Default 5. */
  readonly connectTimeout?: number
}

export interface Database {
  /** postgres.js: timestamps are `Date`, int8 is a string, arrays are text (use `in ${sql(list)}` instead of `any`). */
  readonly sql: Sql
  /** drizzle over the same connections, with the types of `schema.ts`. */
  readonly db: PostgresJsDatabase<typeof schema>
  /** One connection for changes of identities. The database serializes them, so more connections would only wait. */
  readonly changes: PostgresJsDatabase<typeof schema>
  /** One connection for revocations, so that they do not queue behind the other changes of this process. */
  readonly revocations: PostgresJsDatabase<typeof schema>
  /** Resolves when the database answers. @throws DatabaseUnavailable with a message that never contains the password */
  check(): Promise<void>
  /** Lets running queries finish for at most five seconds, then closes every connection. */
  close(): Promise<void>
}

/** The pools of a database. Those for changes and revocations need only one connection. */
export interface DatabasePools {
  readonly calls: PoolSettings
  readonly changes: PoolSettings
  readonly revocations: PoolSettings
}

/** Connects at the first query or at `check()`. */
export function openDatabase(url: string, options: DatabaseOptions = {}): Database {
  const { max = 10, connectTimeout, applicationName = 'rack-gateway' } = options
  const pools = {
    calls: { url, max, applicationName },
    changes: { url, applicationName: `${applicationName} changes` },
    revocations: { url, applicationName: `${applicationName} revocations` },
  }
  return openDatabasePools(pools, connectTimeout)
}

/** @param connectTimeout seconds to wait for a connection */
export function openDatabasePools(pools: DatabasePools, connectTimeout = defaultConnectTimeout): Database {
  const open = (pool: PoolSettings) => openPool(pool, { connect_timeout: connectTimeout })
  const sql = open(pools.calls)
  const changes = open(pools.changes)
  const revocations = open(pools.revocations)
  return {
    sql,
    db: createDrizzle(sql),
    changes: createDrizzle(changes),
    revocations: createDrizzle(revocations),
    async check() {
      await sql`select 1`.catch((cause: unknown) => {
        throw databaseUnavailable(cause, pools.calls.url)
      })
    },
    async close() {
      await Promise.all([sql, changes, revocations].map((pool) => pool.end({ timeout: 5 })))
    },
  }
}

/** drizzle over a pool, with the types of `schema.ts`. drizzle replaces the pool's conversions of dates. This function restores them. */
export function createDrizzle(sql: Sql) {
  const parsers = { ...sql.options.parsers }
  const serializers = { ...sql.options.serializers }
  const db = drizzle(sql, { schema })
  Object.assign(sql.options.parsers, parsers)
  Object.assign(sql.options.serializers, serializers)
  return db
}
