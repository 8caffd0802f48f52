import type { Secret } from '@rack-gateway/config/client'

/** The connection of convox to the gateway: direct, or through the relay. */
export interface ConvoxConnection {
  /** The environment that convox starts with. */
  readonly env: NodeJS.ProcessEnv
  /** The warning to show when convox starts, or null. */
  readonly warning: string | null
  /** Gives a connection whose calls carry a proof of a second factor. Null if the user turned the relay off. */
  readonly withProof: ((proof: Secret) => Promise<ConvoxConnection>) | null
  /**
   * Returns the exit code of rack-gateway for the exit code of convox: `exitCodes.unreachable` if convox failed, and
   * the last attempt of the relay to connect to the gateway failed. Otherwise, the exit code of convox.
   */
  exitCode(code: number): number | Promise<number>
  /** Call this after convox has exited, or if it was not started. */
  close(): Promise<void>
}

/** A connection through the relay, which can add a proof at any time. */
export interface RelayConnection extends ConvoxConnection {
  readonly withProof: (proof: Secret) => Promise<ConvoxConnection>
}
