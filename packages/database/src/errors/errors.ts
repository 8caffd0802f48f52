import { defineError, defineErrorWithText } from '@rack-gateway/errors'

export const DatabaseUnavailable = defineErrorWithText('RGW_DATABASE_UNAVAILABLE', 503)
/** The transaction was rolled back, unless its commit was already in progress. */
export const ConnectionBroken = defineError('RGW_CONNECTION_BROKEN', 503, {
  reason: 'The connection to the database was lost before the operation was complete.',
  remedy: 'Try again.',
})
export const SchemaNewer = defineError<[string | number, string | number]>('RGW_SCHEMA_NEWER', 500, {
  reason: 'The database is at schema version %s, but this release knows only %s.',
  remedy: 'Start the newer release, or restore a backup from before its upgrade.',
})
export const SchemaOlder = defineError<[string | number, string | number]>('RGW_SCHEMA_OLDER', 500, {
  reason: 'The database is at schema version %s, but this release needs %s.',
  remedy: 'Run the migrations with DATABASE_OWNER_URL first.',
})
export const MigrationChanged = defineError<[string | number]>('RGW_MIGRATION_CHANGED', 500, {
  reason:
    'Migration %s of the database differs from that of this release, so the database belongs to another build. Nothing was changed.',
  remedy: 'Start the build that the database belongs to, restore an older backup, or use an empty database.',
})
export const RuntimeRoleMissing = defineError<[string]>('RGW_RUNTIME_ROLE_MISSING', 500, {
  reason: 'The database has no login "%s".',
  remedy: 'Create it (CREATE ROLE … LOGIN), or correct the user in DATABASE_URL.',
})
export const EmbeddedUnsupported = defineError<[string | number]>('RGW_EMBEDDED_UNSUPPORTED', 500, {
  reason: 'There is no embedded PostgreSQL for %s.',
  remedy: 'Set DATABASE_URL to a PostgreSQL server of version 15 or newer.',
})
export const EmbeddedUnreachable = defineError<[string | number, string | number]>('RGW_EMBEDDED_UNREACHABLE', 500, {
  reason: 'PostgreSQL runs as the user "%s", which has no access to %s.',
  remedy: 'Grant it (chmod o+x), choose another data directory, or do not run as root.',
})
export const EmbeddedNoAccount = defineError<[string | number, string | number]>('RGW_EMBEDDED_NO_ACCOUNT', 500, {
  reason: 'PostgreSQL refuses to run as root, and the system user "%s" could not be created (%s).',
  remedy: 'Create it, do not run as root, or set DATABASE_URL.',
})
export const EmbeddedInUse = defineError<[string, string | number]>('RGW_EMBEDDED_IN_USE', 500, {
  reason: 'The data directory %s is in use by another process (PostgreSQL is running there as process %s).',
  remedy: 'Stop that process, or choose another data directory.',
})
export const EmbeddedPasswordsLost = defineError<[string, string | number]>('RGW_EMBEDDED_PASSWORDS_LOST', 500, {
  reason: 'The data directory %s contains a database, but its passwords file %s is missing or unreadable.',
  remedy: 'Restore the file, or choose another data directory.',
})
export const EmbeddedFailed = defineError<[string | number, string | number]>('RGW_EMBEDDED_FAILED', 500, {
  reason: 'PostgreSQL did not start in the directory %s: %s',
  remedy: 'Check the log of the gateway, which has the log of PostgreSQL, or set DATABASE_URL.',
  remedyInMessage: false,
})
