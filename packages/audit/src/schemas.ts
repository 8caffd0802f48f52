// Schemas that the management API shows. This module does not import Node modules, so a browser can load it.
export type { AuditEvent } from './events/event.ts'
export { type ExactFilter, exactFilterNames, exclusionName, filterProperties } from './search/filter-query.ts'
export { EventProof } from './verify/event-proof.ts'
