import { defineError, defineErrorWithText } from '@rack-gateway/errors'

export const DatabaseUnavailable = defineErrorWithText('RGW_DATABASE_UNAVAILABLE', 503)
/** What a transaction has done by then isn't in the database, unless its commit was under way. */
export const ConnectionBroken = defineError(
  'RGW_CONNECTION_BROKEN',
  'the connection to the database broke before all was done:\ntry again',
  503,
)
export const SchemaNewer = defineError<[string | number, string | number]>(
  'RGW_SCHEMA_NEWER',
  'the database is at schema version %s, but this release knows only %s:\nstart the newer release, or restore the database from before its upgrade',
  500,
)
export const SchemaOlder = defineError<[string | number, string | number]>(
  'RGW_SCHEMA_OLDER',
  'the database is at schema version %s, but this release needs %s:\nrun the migrations with DATABASE_OWNER_URL first',
  500,
)
export const MigrationChanged = defineError<[string | number]>(
  'RGW_MIGRATION_CHANGED',
  'migration %s was applied in another form than this release has: the database belongs to another build, so nothing was changed\nstart the build that it belongs to, or restore a backup of before',
  500,
)
export const RuntimeRoleMissing = defineError<[string]>(
  'RGW_RUNTIME_ROLE_MISSING',
  'the database has no login "%s":\ncreate it (CREATE ROLE … LOGIN) or correct the user in DATABASE_URL',
  500,
)
export const EmbeddedUnsupported = defineError<[string | number]>(
  'RGW_EMBEDDED_UNSUPPORTED',
  'there is no embedded PostgreSQL for %s:\nset DATABASE_URL to a PostgreSQL 15 or newer',
  500,
)
export const EmbeddedUnreachable = defineError<[string | number, string | number]>(
  'RGW_EMBEDDED_UNREACHABLE',
  'PostgreSQL runs as the user "%s", which may not enter %s:\nopen it (chmod o+x), choose another data directory, or do not run as root',
  500,
)
export const EmbeddedNoAccount = defineError<[string | number, string | number]>(
  'RGW_EMBEDDED_NO_ACCOUNT',
  'PostgreSQL refuses to run as root and the system user "%s" could not be made (%s):\nmake it, do not run as root, or set DATABASE_URL',
  500,
)
export const EmbeddedInUse = defineError<[string, string | number]>(
  'RGW_EMBEDDED_IN_USE',
  'the data directory %s is in use by another process (PostgreSQL is running there as process %s):\nstop that one or choose another data directory',
  500,
)
export const EmbeddedPasswordsLost = defineError<[string, string | number]>(
  'RGW_EMBEDDED_PASSWORDS_LOST',
  'the data directory %s holds a database, but its passwords file %s is missing or unreadable:\nrestore it or choose another data directory',
  500,
)
export const EmbeddedFailed = defineError<[string | number, string | number]>(
  'RGW_EMBEDDED_FAILED',
  'PostgreSQL did not start in %s: %s\nlook at its log there, or set DATABASE_URL',
  500,
  { reasonOnly: true },
)
