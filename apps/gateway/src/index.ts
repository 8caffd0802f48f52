export { createGateway, type GatewayOptions } from './gateway.ts'
export { createLog } from './log.ts'
export { stopOnSignals } from './signals.ts'
export { type RunningGateway, startGateway } from './start.ts'
