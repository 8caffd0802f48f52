import createError from '@fastify/error'

export const DatabaseUnavailable = createError('RGW_DATABASE_UNAVAILABLE', '%s', 503)
/** What a transaction has done by then isn't in the database, unless its commit was under way. */
export const ConnectionBroken = createError(
  'RGW_CONNECTION_BROKEN',
  'the connection to the database broke before all was done: try again',
  503,
)
export const SchemaNewer = createError(
  'RGW_SCHEMA_NEWER',
  'the database is at schema version %s, but this release knows only %s: start the newer release, or restore the database from before its upgrade',
  500,
)
export const SchemaOlder = createError(
  'RGW_SCHEMA_OLDER',
  'the database is at schema version %s, but this release needs %s: run the migrations with DATABASE_OWNER_URL first',
  500,
)
export const MigrationChanged = createError(
  'RGW_MIGRATION_CHANGED',
  'migration %s was applied in another form than this release has: the database belongs to another build, so nothing was changed',
  500,
)
export const RuntimeRoleMissing = createError(
  'RGW_RUNTIME_ROLE_MISSING',
  'the database has no login "%s": create it (CREATE ROLE … LOGIN) or correct the user in DATABASE_URL',
  500,
)
export const EmbeddedUnsupported = createError(
  'RGW_EMBEDDED_UNSUPPORTED',
  'there is no embedded PostgreSQL for %s: set DATABASE_URL to a PostgreSQL 15 or newer',
  500,
)
export const EmbeddedUnreachable = createError(
  'RGW_EMBEDDED_UNREACHABLE',
  'PostgreSQL runs as the user "%s", which may not enter %s: open it (chmod o+x), choose another data directory, or do not run as root',
  500,
)
export const EmbeddedNoAccount = createError(
  'RGW_EMBEDDED_NO_ACCOUNT',
  'PostgreSQL refuses to run as root and the system user "%s" could not be made (%s): make it, do not run as root, or set DATABASE_URL',
  500,
)
export const EmbeddedInUse = createError(
  'RGW_EMBEDDED_IN_USE',
  'the data directory %s is in use by another process (PostgreSQL is running there as process %s): stop that one or choose another data directory',
  500,
)
export const EmbeddedPasswordsLost = createError(
  'RGW_EMBEDDED_PASSWORDS_LOST',
  'the data directory %s holds a database, but its passwords file %s is missing or unreadable: restore it or choose another data directory',
  500,
)
export const EmbeddedFailed = createError('RGW_EMBEDDED_FAILED', 'PostgreSQL did not start in %s: %s', 500)
