import { durationOf } from '@rack-gateway/time'
import type { ServerEnvironment } from '../schema/server-schema.ts'
import { sizeOf } from '../values/size.ts'
import { knownValues } from './known-values.ts'

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
  /** Bytes of request bodies in memory, until they are parsed. */
  readonly bodyMemory: number
  /** Milliseconds in which each 1 KiB of a request body for a rack must arrive, while the gateway waits for it. */
  readonly bodyTimeout: number
  /** Milliseconds for a request's head, and for the body of a request to the gateway itself. */
  readonly requestTimeout: number
}

/** The environment variable of each limit. */
export const limitSettings = {
  changesPerMinute: 'CHANGES_PER_MINUTE',
  apiTokensPerOwner: 'API_TOKENS_PER_OWNER',
  callsPerPrincipal: 'CALLS_PER_PRINCIPAL',
  callsPerRack: 'CALLS_PER_RACK',
  transfersPerPrincipal: 'TRANSFERS_PER_PRINCIPAL',
  transfersPerRack: 'TRANSFERS_PER_RACK',
  websocketsPerPrincipal: 'WEBSOCKETS_PER_PRINCIPAL',
  connections: 'CONNECTIONS',
  connectionsPerCaller: 'CONNECTIONS_PER_CALLER',
  callsPerConnection: 'CALLS_PER_CONNECTION',
  maskMemory: 'MASK_MEMORY',
  bodyMemory: 'BODY_MEMORY',
  bodyTimeout: 'BODY_TIMEOUT',
  requestTimeout: 'REQUEST_TIMEOUT',
} as const satisfies Readonly<Record<keyof Limits, keyof ServerEnvironment>>

const readers: Readonly<Partial<Record<keyof Limits, (text: string) => number>>> = {
  maskMemory: sizeOf,
  bodyMemory: sizeOf,
  bodyTimeout: durationOf,
  requestTimeout: durationOf,
}

export function limitsOf(values: ServerEnvironment): Limits {
  const limit = (name: keyof Limits) => (readers[name] ?? Number)(values[limitSettings[name]])
  const names = Object.keys(limitSettings) as (keyof Limits)[]
  return Object.fromEntries(names.map((name) => [name, limit(name)])) as Record<keyof Limits, number>
}

/** The cast is safe, because each of these variables has a default. */
export const defaultLimits: Limits = limitsOf(knownValues({}) as ServerEnvironment)
