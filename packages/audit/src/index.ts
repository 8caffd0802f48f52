export * from './errors/errors.ts'
export { addressBlock, ipv6Network, parseAddress } from './events/address-block.ts'
export { alarmKinds, isAlarm } from './events/alarm-events.ts'
export { canonical } from './events/canonical.ts'
export { type ChainProblem, genesis, linkHash } from './events/chain.ts'
export { cacheEncodedActor } from './events/encode.ts'
export * from './events/event.ts'
export { type EventField, eventFields } from './events/event-columns.ts'
export type { RecordedEvent, RecordedPosition } from './events/recorded-event.ts'
export { uuidv7 } from './events/uuid.ts'
export { unescapeVisibleText, visibleText } from './events/visible-text.ts'
export type { AuditStore, NewStream } from './log/audit-store.ts'
export {
  type CountedDenial,
  createDenialCounter,
  type DenialCounter,
  type DenialCounterOptions,
} from './log/denial-counter.ts'
export { createAuditWriter } from './log/writer.ts'
export {
  type AuditWriter,
  type AuditWriterLimits,
  type AuditWriterOptions,
  type AuditWriterStats,
  defaultLimits,
} from './log/writer-options.ts'
