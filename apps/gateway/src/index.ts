export { createGateway } from './app.ts'
// With the decorations of Fastify instances.
export type {} from './audit/checkpoints.ts'
export type { GatewayConfig, GatewayOptions, Tuning } from './gateway-options.ts'
export { stopWhenOrphaned } from './process/exit-with-parent.ts'
export { createLog } from './process/log.ts'
export { turnOffPretenuring } from './process/pretenuring.ts'
export { handleSignals } from './process/signals.ts'
export { type RunningGateway, startGateway } from './process/start.ts'
