export { CallerSignal } from './caller.ts'
export * from './errors.ts'
export { applyMask, closeCodes, opcodes, ownFrame } from './frames.ts'
export {
  type AnswerHead,
  actorValue,
  answerHead,
  isRedirect,
  type RequestHeaderRules,
  requestHeaders,
} from './headers.ts'
export { type MinimumRate, watchRate } from './minimum-rate.ts'
export { createRack, type RackOptions, tlsWarning } from './rack.ts'
export { createRacks, type RackChoice, type RackRegistry, type RackResolution, type RackRule } from './racks.ts'
export { type RelayOptions, relay } from './relay.ts'
export { type BodyOptions, detachedBody } from './request-body.ts'
export { createStreams, type LiveStream, type LiveStreams } from './streams.ts'
export { createTokenVeil, type TokenVeil } from './token-veil.ts'
export { wholeFrameLimit } from './tracker.ts'
export type {
  CallSignal,
  Rack,
  RackSettings,
  Relay,
  RelayEnd,
  RelayTap,
  UpstreamAnswer,
  UpstreamRequest,
  UpstreamUpgrade,
} from './types.ts'
export { acceptKey, type Handshake, readHandshake, writeUpgrade } from './websocket.ts'
