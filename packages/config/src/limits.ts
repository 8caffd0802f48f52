import { durationOf } from './duration.ts'
import { knownValues } from './known-values.ts'
import type { ServerEnvironment } from './server-schema.ts'
import { sizeOf } from './size.ts'

/** Limits of principals, racks, and connections. Calls are counted for each rack separately. */
export interface Limits {
  /**
   * Changes of one principal in a minute, through the management API and on pages of the gateway. Revocations have the
   * same limit, but are counted for each credential.
   */
  readonly changesPerMinute: number
  /** API tokens of one owner that are neither revoked nor expired. */
  readonly apiTokensPerOwner: number
  /** Calls in flight of one principal on one rack, without transfers and WebSockets. */
  readonly callsPerPrincipal: number
  /** Calls in flight of all principals together on one rack, without transfers and WebSockets. */
  readonly callsPerRack: number
  /** Uploads and downloads in flight of one principal on one rack. */
  readonly transfersPerPrincipal: number
  /** Uploads and downloads in flight of all principals together on one rack. */
  readonly transfersPerRack: number
  /** Open WebSockets of one principal on one rack. */
  readonly websocketsPerPrincipal: number
  /** Open connections of all callers together. */
  readonly connections: number
  /**
   * Open connections of one principal. A connection counts for its client network until a request on it is
   * authenticated.
   */
  readonly connectionsPerCaller: number
  /** Requests of one connection that are in progress. */
  readonly callsPerConnection: number
  /** Bytes of large responses that are buffered for masking, until their calls end. */
  readonly maskMemory: number
  /** Milliseconds in which each 1 KiB of a request body for a rack must arrive, while the gateway waits for it. */
  readonly bodyTimeout: number
  /** Milliseconds for a request's head, and for the body of a request to the gateway itself. */
  readonly requestTimeout: number
}

export function limitsOf(values: ServerEnvironment): Limits {
  return {
    changesPerMinute: Number(values.CHANGES_PER_MINUTE),
    apiTokensPerOwner: Number(values.API_TOKENS_PER_OWNER),
    callsPerPrincipal: Number(values.CALLS_PER_PRINCIPAL),
    callsPerRack: Number(values.CALLS_PER_RACK),
    transfersPerPrincipal: Number(values.TRANSFERS_PER_PRINCIPAL),
    transfersPerRack: Number(values.TRANSFERS_PER_RACK),
    websocketsPerPrincipal: Number(values.WEBSOCKETS_PER_PRINCIPAL),
    connections: Number(values.CONNECTIONS),
    connectionsPerCaller: Number(values.CONNECTIONS_PER_CALLER),
    callsPerConnection: Number(values.CALLS_PER_CONNECTION),
    maskMemory: sizeOf(values.MASK_MEMORY),
    bodyTimeout: durationOf(values.BODY_TIMEOUT),
    requestTimeout: durationOf(values.REQUEST_TIMEOUT),
  }
}

/** The cast is safe, because each of these variables has a default. */
export const defaultLimits: Limits = limitsOf(knownValues({}) as ServerEnvironment)
