import { defineError, defineErrorWithText } from '@rack-gateway/errors'

export const DatabaseUnavailable = defineErrorWithText('RGW_DATABASE_UNAVAILABLE', 503)
/** The transaction was rolled back, unless its commit was already in progress. */
export const ConnectionBroken = defineError(
  'RGW_CONNECTION_BROKEN',
  'The connection to the database was lost before the operation was complete.\nTry again.',
  503,
)
export const SchemaNewer = defineError<[string | number, string | number]>(
  'RGW_SCHEMA_NEWER',
  'The database is at schema version %s, but this release knows only %s.\nStart the newer release, or restore a backup from before its upgrade.',
  500,
)
export const SchemaOlder = defineError<[string | number, string | number]>(
  'RGW_SCHEMA_OLDER',
  'The database is at schema version %s, but this release needs %s.\nRun the migrations with DATABASE_OWNER_URL first.',
  500,
)
export const MigrationChanged = defineError<[string | number]>(
  'RGW_MIGRATION_CHANGED',
  'Migration %s of the database differs from that of this release, so the database belongs to another build. Nothing was changed.\nStart the build that the database belongs to, or restore an older backup.',
  500,
)
export const RuntimeRoleMissing = defineError<[string]>(
  'RGW_RUNTIME_ROLE_MISSING',
  'The database has no login "%s".\nCreate it (CREATE ROLE … LOGIN), or correct the user in DATABASE_URL.',
  500,
)
export const EmbeddedUnsupported = defineError<[string | number]>(
  'RGW_EMBEDDED_UNSUPPORTED',
  'There is no embedded PostgreSQL for %s.\nSet DATABASE_URL to a PostgreSQL server of version 15 or newer.',
  500,
)
export const EmbeddedUnreachable = defineError<[string | number, string | number]>(
  'RGW_EMBEDDED_UNREACHABLE',
  'PostgreSQL runs as the user "%s", which has no access to %s.\nGrant it (chmod o+x), choose another data directory, or do not run as root.',
  500,
)
export const EmbeddedNoAccount = defineError<[string | number, string | number]>(
  'RGW_EMBEDDED_NO_ACCOUNT',
  'PostgreSQL refuses to run as root, and the system user "%s" could not be created (%s).\nCreate it, do not run as root, or set DATABASE_URL.',
  500,
)
export const EmbeddedInUse = defineError<[string, string | number]>(
  'RGW_EMBEDDED_IN_USE',
  'The data directory %s is in use by another process (PostgreSQL is running there as process %s).\nStop that process, or choose another data directory.',
  500,
)
export const EmbeddedPasswordsLost = defineError<[string, string | number]>(
  'RGW_EMBEDDED_PASSWORDS_LOST',
  'The data directory %s contains a database, but its passwords file %s is missing or unreadable.\nRestore the file, or choose another data directory.',
  500,
)
export const EmbeddedFailed = defineError<[string | number, string | number]>(
  'RGW_EMBEDDED_FAILED',
  'PostgreSQL did not start in the directory %s: %s\nCheck the log of the gateway, which has the log of PostgreSQL, or set DATABASE_URL.',
  500,
  { remedyInMessage: false },
)
