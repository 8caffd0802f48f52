export { createGatewayDial, type GatewayDial, type GatewayDialOptions } from './gateway-dial.ts'
export { type Listener, type ListenerOptions, startListener } from './listener.ts'
