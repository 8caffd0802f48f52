/** A rack as `racks --json` prints it: a stable shape, to which fields may be added. */
export interface RackRow {
  /** What you call it. */
  readonly name: string
  /** Whether it is the choice where nothing else chooses. */
  readonly current: boolean
  /** Whether a command that is typed here goes there. */
  readonly chosen: boolean
  /** The gateway's address. */
  readonly url: string
  /** What the gateway calls it. */
  readonly rack: string
  readonly email: string | null
  readonly loggedIn: boolean
  /** RFC 3339; null where it isn't known. */
  readonly expiresAt: string | null
  /** `shared` with the other racks at this address, or the token of this name alone. */
  readonly token: 'shared' | 'own' | null
  readonly keptIn: 'file' | 'keychain' | 'environment' | null
}
