import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import type { Sql } from 'postgres'
import { databaseUnavailable } from './explain.ts'
import { openPool } from './pool.ts'
import * as schema from './schema.ts'

export interface DatabaseOptions {
  /** Connections at most; they are opened when needed. Default 10. */
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
  /** Resolves when the database answers. @throws DatabaseUnavailable with one sentence, never with the password */
  check(): Promise<void>
  /** Lets running queries finish for at most five seconds, then closes every connection. */
  close(): Promise<void>
}

/** Opens a pool on `url`. Connects at the first query; `check()` connects at once. */
export function openDatabase(url: string, options: DatabaseOptions = {}): Database {
  const sql = openPool(url, {
    max: options.max ?? 10,
    connect_timeout: options.connectTimeout ?? 5,
    connection: { application_name: options.applicationName ?? 'rack-gateway' },
  })
  return {
    sql,
    db: drizzleBeside(sql),
    async check() {
      await sql`select 1`.catch((cause: unknown) => {
        throw databaseUnavailable(cause, url)
      })
    },
    close: () => sql.end({ timeout: 5 }),
  }
}

/** drizzle replaces the client's own conversions, after which `sql` would neither take nor give a Date: put them back. */
function drizzleBeside(sql: Sql) {
  const parsers = { ...sql.options.parsers }
  const serializers = { ...sql.options.serializers }
  const db = drizzle(sql, { schema })
  Object.assign(sql.options.parsers, parsers)
  Object.assign(sql.options.serializers, serializers)
  return db
}
