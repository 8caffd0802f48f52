/** What a CLI says of itself and wants. Nobody has checked who says it. */
export interface CliLoginRequest {
  /** What it calls the device that it runs on. */
  readonly device: string
  readonly system: string
  /** The only rack that the session should be good for, or null. */
  readonly rack: string | null
}

/** Where a loopback login brings its code: to a process that holds the verifier of the challenge. */
export interface LoopbackRequest extends CliLoginRequest {
  /** Of PKCE with S256. */
  readonly challenge: string
  readonly port: number
  /** The only path that is listened on, without its slash. */
  readonly path: string
  readonly state: string
}

/** A login of a CLI that has begun, as the person who decides sees it. */
export interface BegunLogin extends CliLoginRequest {
  readonly id: string
  /** From where it was begun, as the gateway saw it. */
  readonly address: string
  /** Milliseconds since the epoch. */
  readonly begunAt: number
}

/** From beginning to end of a login, in milliseconds. */
export const cliLoginLife = 600_000

export const flows = ['loopback', 'device'] as const
export type Flow = (typeof flows)[number]
