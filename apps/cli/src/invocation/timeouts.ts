/** How long commands wait, in milliseconds. */
export interface Timeouts {
  /** Delay before a command prints that it is waiting. */
  readonly notice: number
  /** Limit for the tool of the system's keychain when there is no terminal, so nobody can type a password. */
  readonly keychain: number
  /** Limit for the keychain's tool when a person is at the terminal. */
  readonly keychainAtTerminal: number
  /** Limit for waiting until another rack-gateway process releases the lock of the configuration file. */
  readonly fileLock: number
  /** Interval at which a waiting command asks for the state of an access request. */
  readonly requestState: number
}

export const defaultTimeouts: Timeouts = {
  notice: 2_000,
  keychain: 3_000,
  keychainAtTerminal: 60_000,
  fileLock: 5_000,
  requestState: 2_000,
}
