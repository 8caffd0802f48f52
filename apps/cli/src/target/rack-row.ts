/** A rack as `racks --json` prints it. The shape is stable, but fields can be added. */
export interface RackRow {
  /** The user's name for the rack. */
  readonly name: string
  /** Whether `switch` selected it. */
  readonly current: boolean
  /** Whether a command in this directory and shell uses it. */
  readonly chosen: boolean
  /** The gateway's address. */
  readonly url: string
  /** The gateway's name for the rack. */
  readonly rack: string
  readonly email: string | null
  readonly loggedIn: boolean
  /** RFC 3339; null if it is unknown. */
  readonly expiresAt: string | null
  /** `shared`: all racks at this address use it. `own`: only this name uses it. Null without a token. */
  readonly token: 'shared' | 'own' | null
  readonly keptIn: 'file' | 'keychain' | 'environment' | null
}
