export { CallerSignal } from './caller-signal.ts'
export { type BodyOptions, detachedBody } from './detached-body.ts'
export * from './errors.ts'
export { variableSuffix } from './failure-reasons.ts'
export { wholeFrameLimit } from './frame-tracker.ts'
export { applyMask, closeCodes, createFrame, opcodes } from './frames.ts'
export {
  actorValue,
  type RequestHeaderRules,
  type ResponseHead,
  requestHeaders,
  responseHead,
} from './headers.ts'
export { type RateWatch, watchMinimumRate } from './minimum-rate.ts'
export { createRack, type RackOptions, tlsWarning } from './rack.ts'
export {
  createRacks,
  headerMismatch,
  type NamedRack,
  type RackRegistry,
  type RackResolution,
  type RackRule,
  type RackSelector,
} from './racks.ts'
export { type RelayOptions, relay } from './relay.ts'
export { TextClient } from './text-client.ts'
export { createTokenRedactor, type TokenRedactor } from './token-redactor.ts'
export type {
  CallSignal,
  PayloadListener,
  Rack,
  RackContact,
  RackSettings,
  Relay,
  RelayEnd,
  RelayRefusal,
  UpstreamRequest,
  UpstreamResponse,
  UpstreamUpgrade,
} from './types.ts'
export { acceptKey, type Handshake, readHandshake, writeUpgrade } from './websocket.ts'
