export {
  createDrizzle,
  type Database,
  type DatabaseOptions,
  type DatabasePools,
  openDatabase,
  openDatabasePools,
} from './connection.ts'
export {
  attachEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  type EmbeddedPostgresUrls,
  startEmbeddedPostgres,
} from './embedded/index.ts'
export * from './errors/errors.ts'
export { explainDatabaseError, roleOf } from './explain.ts'
export { locks } from './locks.ts'
export { checkSchema, type MigrateOptions, type MigrationResult, migrate } from './migrate.ts'
export { customPlans, openPool, type PoolOptions, type PoolSettings } from './pool.ts'
export * as schema from './schema.ts'
export * from './schema.ts'
export { type TamperProtection, tamperProtection } from './tampering.ts'
