import type { LoginPurpose } from '@rack-gateway/database'

/** Nothing in the request is verified. */
export interface CliLoginRequest {
  readonly device: string
  readonly system: string
  /** The only rack that the session is valid for, or null for all. */
  readonly rack: string | null
}

/** The browser brings the code to `port`. Only a process with the verifier of the challenge can redeem the code. */
export interface LoopbackRequest extends CliLoginRequest {
  readonly purpose: LoginPurpose | null
  /** The PKCE challenge (S256). */
  readonly challenge: string
  readonly port: number
  /** The path of the callback, without the leading slash. */
  readonly path: string
  readonly state: string
}

export interface PendingLogin extends CliLoginRequest {
  readonly id: string
  /** The address of the CLI, as the gateway saw it. */
  readonly address: string
  /** Milliseconds since the epoch. */
  readonly begunAt: number
}

/** Milliseconds. */
export const cliLoginLife = 600_000

export const flows = ['loopback', 'device'] as const
export type Flow = (typeof flows)[number]
