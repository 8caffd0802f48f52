export { addressBlock, ipv6Network, parseAddress } from './address-block.ts'
export { alarmKinds, isAlarm } from './alarm-events.ts'
export type { AuditStore, NewStream } from './audit-store.ts'
export { canonical } from './canonical.ts'
export { type ChainProblem, genesis, linkHash } from './chain.ts'
export {
  type CountedDenial,
  createDenialCounter,
  type DenialCounter,
  type DenialCounterOptions,
} from './denial-counter.ts'
export { cacheEncodedActor } from './encode.ts'
export * from './errors.ts'
export * from './event.ts'
export { type EventField, eventFields } from './event-columns.ts'
export type { RecordedEvent, RecordedPosition } from './recorded-event.ts'
export { uuidv7 } from './uuid.ts'
export { unescapeVisibleText, visibleText } from './visible-text.ts'
export { createAuditWriter } from './writer.ts'
export {
  type AuditWriter,
  type AuditWriterLimits,
  type AuditWriterOptions,
  type AuditWriterStats,
  defaultLimits,
} from './writer-options.ts'
