import { databaseName, logins, type Passwords } from './passwords.ts'

export interface EmbeddedPostgresUrls {
  /** The owner of the database, for migrations and archiving. */
  readonly ownerUrl: string
  /** The login that the gateway runs with. */
  readonly runtimeUrl: string
  /** The superuser, on the database `postgres`: for tests and backups, never for the gateway. */
  readonly adminUrl: string
}

export function urlsOf(port: number, passwords: Passwords): EmbeddedPostgresUrls {
  return {
    ownerUrl: `postgres://${logins.owner}:${passwords.owner}@127.0.0.1:${port}/${databaseName}`,
    runtimeUrl: `postgres://${logins.runtime}:${passwords.runtime}@127.0.0.1:${port}/${databaseName}`,
    adminUrl: `postgres://${logins.admin}:${passwords.admin}@127.0.0.1:${port}/postgres`,
  }
}
