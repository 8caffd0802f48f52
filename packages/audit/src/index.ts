export { createPostgresAdoptionStore } from './adoption/postgres-adoption-store.ts'
export type { ArchiveReader, ArchiveStore } from './archive/archive-store.ts'
export { type MonthOutcome, type RetentionOptions, retainMonths } from './archive/retention.ts'
export { type RetentionStatus, readRetentionStatus } from './archive/retention-status.ts'
export type { Alarm } from './checkpoints/alarms.ts'
export {
  type CheckpointDestination,
  objectStoreDestination,
  webhookDestination,
} from './checkpoints/checkpoint-destination.ts'
export {
  type Checkpointer,
  type CheckpointerOptions,
  type CheckpointerState,
  createCheckpointer,
} from './checkpoints/checkpointer.ts'
export { type NewestCheckpoint, readNewestCheckpoint } from './checkpoints/newest-checkpoint.ts'
export { type LogGap, type RestoreLogOptions, restoreLog } from './checkpoints/restore-log.ts'
export * from './errors/errors.ts'
export { addressBlock, ipv6Network, parseAddress } from './events/address-block.ts'
export { canonical } from './events/canonical.ts'
export { type ChainProblem, genesis, linkHash } from './events/chain.ts'
export { cacheEncodedActor } from './events/encode.ts'
export { type EventField, eventFields } from './events/event-columns.ts'
export type { RecordedEvent, RecordedPosition } from './events/recorded-event.ts'
export * from './events.ts'
export { csvLine, csvMediaType } from './export/csv.ts'
export { type ExportFormatName, exportFormats } from './export/export-formats.ts'
export type { ExportFormat } from './export/format.ts'
export { type Fallback, type FallbackOptions, type FallbackStats, openFallback } from './fallback/fallback.ts'
export { createPostgresImporter, type PostgresImporterOptions } from './fallback/importer.ts'
export type { FallbackKeys } from './fallback/signed-line.ts'
export type { AuditStore, NewStream } from './log/audit-store.ts'
export {
  type CountedDenial,
  createDenialCounter,
  type DenialCounter,
  type DenialCounterOptions,
} from './log/denial-counter.ts'
export { type OpenStream, readOpenStreams } from './log/open-streams.ts'
export { createPostgresAuditStore, type PostgresAuditStoreOptions } from './log/postgres-audit-store.ts'
export { uuidv7 } from './log/uuidv7.ts'
export { createAuditWriter } from './log/writer.ts'
export {
  type AuditWriter,
  type AuditWriterLimits,
  type AuditWriterOptions,
  type AuditWriterStats,
  defaultLimits,
} from './log/writer-options.ts'
export { isMonth, type Month } from './months/month.ts'
export { type Audit, type AuditPluginOptions, default as auditPlugin } from './plugin.ts'
export type { AppChanges } from './search/app-changes.ts'
export type { ChangedApp } from './search/app-changes-query.ts'
export type { ConcurrencyLimit } from './search/concurrency-limit.ts'
export { decidedCalls } from './search/decided-calls.ts'
export type { FilterQuery } from './search/filter-query.ts'
export { createFollower, type FollowedBatch, type Follower } from './search/follower.ts'
export type { FoundEvent } from './search/found-event.ts'
export type { Histogram } from './search/histogram.ts'
export { countOpenAlarms } from './search/open-alarms.ts'
export type { RackCounts } from './search/rack-counts.ts'
export {
  type AuditSearch,
  type AuditSearchOptions,
  createAuditSearch,
  type SharedAuditSearch,
} from './search/search.ts'
export { type Checkpoint, readCheckpoint } from './signed-notes/checkpoint.ts'
export type { SigningKeys } from './signed-notes/choose-keys.ts'
export { type SigningKey, signingKeyOf } from './signed-notes/signing-key.ts'
export { createSink, type SinkSettings, type SinkTargetSettings } from './sinks/create-sink.ts'
export { createPostgresSinkPositions } from './sinks/postgres-sink-positions.ts'
export type { SinkNotification } from './sinks/shipper.ts'
export type { Sink, SinkStats } from './sinks/sink.ts'
export { type AuditSinks, type AuditSinksOptions, createAuditSinks } from './sinks/sinks.ts'
