// Schemas that the management API shows. Nothing here needs Node, so a browser can load it.
export { filterProperties } from './search/filter-query.ts'
export { EventProof } from './verify/event-proof.ts'
