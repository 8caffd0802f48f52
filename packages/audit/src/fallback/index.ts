export {
  defaultFallbackLimits,
  type Fallback,
  type FallbackLimits,
  type FallbackOptions,
  type FallbackStats,
  openFallback,
} from './fallback.ts'
export { createPostgresImporter, type FallbackImporter, type PostgresImporterOptions } from './importer.ts'
export type { FallbackKeys } from './line.ts'
