/** What one principal, one rack, and one connection may occupy. The configuration's defaults are the same. */
export interface Limits {
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
  /** Milliseconds in which a request body for a rack has to bring 1 KiB while the gateway waits for it. */
  readonly bodyTimeout: number
}

export const defaultLimits: Limits = {
  callsPerPrincipal: 64,
  callsPerRack: 512,
  transfersPerPrincipal: 64,
  transfersPerRack: 512,
  websocketsPerPrincipal: 256,
  bodyTimeout: 300_000,
}
