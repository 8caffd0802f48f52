export {
  type Fallback,
  type FallbackOptions,
  type FallbackStats,
  openFallback,
} from './fallback.ts'
export { createPostgresImporter, type PostgresImporterOptions } from './importer.ts'
export type { FallbackKeys } from './signed-line.ts'
