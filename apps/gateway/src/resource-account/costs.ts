import type { RackRoute } from '@rack-gateway/convox-api'
import type { Endpoint } from '@rack-gateway/gateway-api'

/**
 * What requests cost, in milliseconds of the main thread: a number for each request, and more for each KiB.
 * Measured on Node 20, one request at a time, on a busy machine. Only the order of magnitude matters, because the numbers
 * order callers.
 */
export const requestCost = 1

/** More than `requestCost`, by the path of an endpoint. */
const endpointCosts: Readonly<Record<string, number>> = {
  '/access-review': 8,
  '/app-access': 15,
  '/users/{id}/access': 15,
  '/access-review/export': 30,
  '/audit/events': 10,
  '/audit/export': 30,
  '/audit/histogram': 10,
  '/audit/log': 30,
  '/last-changes': 10,
  '/own-apps': 10,
  '/own-changes': 5,
  '/policy/decisions': 5,
  '/rack-activity': 5,
}
const changeCost = 10
const websocketCost = 4

export function endpointCost({ method, path }: Pick<Endpoint, 'method' | 'path'>): number {
  return endpointCosts[path] ?? (method === 'GET' ? 0 : changeCost)
}

export function rackRouteCost({ kind, changes }: Pick<RackRoute, 'kind' | 'changes'>): number {
  if (kind === 'websocket') return websocketCost
  return changes ? requestCost : 0
}

/** Work that can take long, per KiB. The gateway measures it, and corrects these numbers by a moving average. */
export const workCosts = {
  /** Parsing a body of the management API. */
  parse: 0.02,
  /** Reading and checking the form of a call of the rack API. */
  form: 0.05,
  /** Masking a response of a rack. */
  mask: 0.05,
  /** Deciding about commands. */
  command: 0.2,
  /** Serializing a response of the management API. */
  serialize: 0.02,
} as const

export type Work = keyof typeof workCosts

/** Per KiB. */
export const receivedCost = 0.002
export const sentCost = 0.002
/** Other threads compress, but they use the same processors. Measured as the others, at the default level of gzip. */
export const compressCost = 0.01
