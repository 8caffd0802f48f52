/** What one principal, one rack, and one connection may occupy. The configuration's defaults are the same. */
export interface Limits {
  /** Changes through the management API of one principal in a minute, and revocations of one credential. */
  readonly changesPerMinute: number
  /** API tokens of one owner that are neither revoked nor expired. */
  readonly apiTokensPerOwner: number
  /** Calls in flight of one principal on one rack, without transfers and WebSockets. */
  readonly callsPerPrincipal: number
  /** The same of all principals together. */
  readonly callsPerRack: number
  /** Uploads and downloads in flight of one principal on one rack. */
  readonly transfersPerPrincipal: number
  /** The same of all principals together. */
  readonly transfersPerRack: number
  /** Open WebSockets of one principal on one rack. */
  readonly websocketsPerPrincipal: number
  /** Requests of one connection that are in progress. */
  readonly callsPerConnection: number
  /** Bytes of large answers that are held to be masked, and until their callers have them. */
  readonly maskMemory: number
  /** Milliseconds in which a request body for a rack has to bring 1 KiB while the gateway waits for it. */
  readonly bodyTimeout: number
  /** Milliseconds for a request's head, and for the body of a request to the gateway itself. */
  readonly requestTimeout: number
}

export const defaultLimits: Limits = {
  changesPerMinute: 600,
  apiTokensPerOwner: 250,
  callsPerPrincipal: 64,
  callsPerRack: 512,
  transfersPerPrincipal: 64,
  transfersPerRack: 512,
  websocketsPerPrincipal: 256,
  callsPerConnection: 2,
  maskMemory: 64 * 2 ** 20,
  bodyTimeout: 300_000,
  requestTimeout: 30_000,
}
