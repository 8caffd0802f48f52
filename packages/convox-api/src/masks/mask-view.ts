/** The origin of a masked value. The MAC covers these fields and the rack, but never the value. */
export interface MaskOrigin {
  readonly app: string
  readonly release: string
  readonly key: string
}

/** What one principal may see in the responses of one rack. */
export interface MaskView {
  /** Visible environment values of releases: `hidden` none, `secrets-hidden` all except secrets, `shown` all. */
  readonly env: 'hidden' | 'secrets-hidden' | 'shown'
  /**
   * A key whose value is visible although `env` hides it, or null. The value stays hidden if the rack reads its lines as
   * other variables.
   */
  readonly revealedKey: string | null
  /** Whether secret rack and app parameters, registry passwords, and passwords in URLs and manifests are visible. */
  readonly secrets: boolean
  /** Whether the passwords in the URLs of resources are visible. */
  readonly resourcePasswords: boolean
  /** Whether the config of `convox env mask`, which lists environment keys, is visible. */
  readonly environmentNames: boolean
  /** Whether the values of configs are visible. */
  readonly configValues: boolean
  /** Whether a key is secret by its name; see `isSecretKey`. */
  isSecret(key: string): boolean
  /** As `isSecret`, for a parameter of a rack or an app. */
  isSecretParameter(name: string): boolean
  /** The MAC that proves a mask's origin on this rack: letters, digits, `-`, and `_`. */
  mac(origin: MaskOrigin): string
  /** Whether the principal may see an app's rows in a list. */
  isAppVisible(app: string): boolean
  /** The rack's token, which is replaced everywhere; null if it is not known. */
  readonly rackToken: string | null
}

/** Replaces a secret that can't be restored. */
export const redactionPlaceholder = '[hidden]'
