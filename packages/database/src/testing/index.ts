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
  const template = new URL(server.ownerUrl)
  const name = `test_${randomBytes(8).toString('hex')}`
  await asAdmin(server.adminUrl, (sql) =>
    sql.unsafe(
      `CREATE DATABASE ${name} TEMPLATE ${template.pathname.slice(1)} STRATEGY file_copy OWNER ${template.username}`,
    ),
  )
  return {
    ownerUrl: onDatabase(server.ownerUrl, name),
    runtimeUrl: onDatabase(server.runtimeUrl, name),
    adminUrl: onDatabase(server.adminUrl, name),
    drop: () => asAdmin(server.adminUrl, (sql) => sql.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
  }
}

async function asAdmin(url: string, work: (sql: Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(url, { max: 1, fetch_types: false, onnotice() {} })
  try {
    await work(sql)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

function onDatabase(url: string, name: string) {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}
