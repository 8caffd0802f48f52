import { randomBytes } from 'node:crypto'
import postgres, { type Sql } from 'postgres'
import { inject } from 'vitest'
import type {} from './global-setup.ts'

export { type ProxyMode, startFaultyProxy } from './faulty-proxy.ts'
export { type OnEnd, sharedFixture } from './shared-fixture.ts'

export interface TestDatabase {
  readonly ownerUrl: string
  readonly runtimeUrl: string
  /** The superuser's login, for ending connections and reading tables directly. */
  readonly adminUrl: string
  /** Ends every connection to the database, and removes it. */
  drop(): Promise<void>
}

/** Creates a migrated database from the template. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = inject('rackGatewayDatabase')
  return asAdmin(server.adminUrl, (sql) => copyOf(sql, nameIn(server.ownerUrl)))
}

/** Copies a test database as it is now. Ends the connections to the original, which can be opened again. */
export async function copyTestDatabase({ ownerUrl }: TestDatabase): Promise<TestDatabase> {
  const { adminUrl } = inject('rackGatewayDatabase')
  const original = nameIn(ownerUrl)
  return asAdmin(adminUrl, async function copyUnused(sql) {
    await sql.unsafe(`ALTER DATABASE ${original} ALLOW_CONNECTIONS false`)
    try {
      await sql`select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = ${original}`
      return await copyOf(sql, original)
    } finally {
      await sql.unsafe(`ALTER DATABASE ${original} ALLOW_CONNECTIONS true`)
    }
  })
}

async function copyOf(sql: Sql, original: string): Promise<TestDatabase> {
  const server = inject('rackGatewayDatabase')
  const name = `test_${randomBytes(8).toString('hex')}`
  const owner = new URL(server.ownerUrl).username
  await sql.unsafe(`CREATE DATABASE ${name} TEMPLATE ${original} STRATEGY file_copy OWNER ${owner}`)
  return {
    ownerUrl: onDatabase(server.ownerUrl, name),
    runtimeUrl: onDatabase(server.runtimeUrl, name),
    adminUrl: onDatabase(server.adminUrl, name),
    async drop() {
      await asAdmin(server.adminUrl, (admin) => admin.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))
    },
  }
}

async function asAdmin<T>(url: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, fetch_types: false, onnotice() {} })
  try {
    return await work(sql)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

function onDatabase(url: string, name: string) {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}

function nameIn(url: string): string {
  return new URL(url).pathname.slice(1)
}
