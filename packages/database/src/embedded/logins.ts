import postgres, { type Sql } from 'postgres'
import { databaseName, logins, type Passwords } from './passwords.ts'
import { urlsOf } from './urls.ts'

/** Creates the owner and runtime logins and the database, if they are missing. */
export async function makeLogins(port: number, passwords: Passwords): Promise<void> {
  const sql = postgres(urlsOf(port, passwords).adminUrl, { max: 1, fetch_types: false, onnotice() {} })
  try {
    await makeLogin(sql, logins.owner, passwords.owner)
    await makeLogin(sql, logins.runtime, passwords.runtime)
    const [database] = await sql`select from pg_catalog.pg_database where datname = ${databaseName}`
    if (!database) await sql.unsafe(`CREATE DATABASE ${databaseName} OWNER ${logins.owner}`)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

async function makeLogin(sql: Sql, name: string, password: string) {
  const [login] = await sql`select from pg_catalog.pg_roles where rolname = ${name}`
  if (!login) await sql.unsafe(`CREATE ROLE ${name} LOGIN PASSWORD '${password}'`)
}
