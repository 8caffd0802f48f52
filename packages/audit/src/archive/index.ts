export type { ArchiveReader, ArchiveStore } from './archive-store.ts'
export * from './read.ts'
export { type MonthOutcome, type RetentionOptions, retainMonths } from './retention.ts'
