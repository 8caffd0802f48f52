import type { Secret } from '@rack-gateway/config/client'

/** The connection of convox to the gateway: direct, or through the relay. */
export interface ConvoxConnection {
  /** The environment that convox starts with. */
  readonly env: NodeJS.ProcessEnv
  /** The warning to show when convox starts, or null. */
  readonly warning: string | null
  /** The connection whose calls carry a proof of a second factor. Null if the user turned the relay off. */
  readonly withProof: ((proof: Secret) => Promise<ConvoxConnection>) | null
  /**
   * Maps convox's exit code to ours. With the relay: `unreachable` if convox failed, and the relay's last connection to
   * the gateway could not be made or trusted. Without the relay: the same code.
   */
  exitCode(code: number): number | Promise<number>
  /** Call this after convox has exited, or if it was not started. */
  close(): Promise<void>
}

/** A connection through the relay, which can add a proof at any time. */
export interface RelayConnection extends ConvoxConnection {
  readonly withProof: (proof: Secret) => Promise<ConvoxConnection>
}
