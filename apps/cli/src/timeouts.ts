/** How long commands wait, in milliseconds. */
export interface Timeouts {
  /** Until a command says that it waits. */
  readonly notice: number
  /** For the tool of the system's keychain where nobody can type a password. */
  readonly keychain: number
  /** For the same tool where a person sits at the terminal. */
  readonly keychainAtTerminal: number
  /** For another rack-gateway that writes the CLI's file. */
  readonly fileLock: number
}

export const defaultTimeouts: Timeouts = {
  notice: 2_000,
  keychain: 3_000,
  keychainAtTerminal: 60_000,
  fileLock: 5_000,
}
