import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import type { Sql } from 'postgres'
import { databaseUnavailable } from './explain.ts'
import { openPool } from './pool.ts'
import * as schema from './schema.ts'

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

/** Connects at the first query or at `check()`. */
export function openDatabase(url: string, options: DatabaseOptions = {}): Database {
  const { max = 10, connectTimeout = 5, applicationName = 'rack-gateway' } = options
  function open(size: number, purpose = ''): Sql {
    const connection = { application_name: `${applicationName}${purpose}` }
    return openPool(url, { max: size, connect_timeout: connectTimeout, connection })
  }
  const sql = open(max)
  const changes = open(1, ' changes')
  const revocations = open(1, ' revocations')
  return {
    sql,
    db: createDrizzle(sql),
    changes: createDrizzle(changes),
    revocations: createDrizzle(revocations),
    async check() {
      await sql`select 1`.catch((cause: unknown) => {
        throw databaseUnavailable(cause, url)
      })
    },
    async close() {
      await Promise.all([sql, changes, revocations].map((pool) => pool.end({ timeout: 5 })))
    },
  }
}

/** drizzle replaces the connection's conversions of dates. This function restores them. */
function createDrizzle(sql: Sql) {
  const parsers = { ...sql.options.parsers }
  const serializers = { ...sql.options.serializers }
  const db = drizzle(sql, { schema })
  Object.assign(sql.options.parsers, parsers)
  Object.assign(sql.options.serializers, serializers)
  return db
}
