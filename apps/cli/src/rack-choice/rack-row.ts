/** A rack as `racks --json` prints it. The shape is stable, but fields can be added. */
export interface RackRow {
  /** The user's name for the rack. */
  readonly name: string
  /** Whether `switch` selected this rack. */
  readonly current: boolean
  /** Whether a command in this directory and shell uses this rack. */
  readonly chosen: boolean
  /** The gateway's address. */
  readonly url: string
  /** The gateway's name for the rack. */
  readonly rack: string
  readonly email: string | null
  readonly loggedIn: boolean
  /** RFC 3339; null if it is unknown. */
  readonly expiresAt: string | null
  /** `shared`: all racks at this address use the token. `own`: only this name uses the token. Null without a token. */
  readonly token: 'shared' | 'own' | null
  readonly keptIn: 'file' | 'keychain' | 'environment' | null
  /** Null if the rack enforces the policy, or if it is unknown. */
  readonly observing: { readonly until: string } | null
}
