/** Where a masked value comes from. The mac is made over these (and the rack), never over the value. */
export interface MaskOrigin {
  readonly app: string
  readonly release: string
  readonly key: string
}

/** What one principal may see of one rack's answers. */
export interface MaskView {
  /** Values of releases' environments: `hidden` none of them, `secrets-hidden` all but secret ones, `shown` all. */
  readonly env: 'hidden' | 'secrets-hidden' | 'shown'
  /** Whether secret rack and app parameters, registry passwords, and passwords in addresses and manifests are shown. */
  readonly secrets: boolean
  /** Whether the passwords in the addresses of resources are shown. */
  readonly resourcePasswords: boolean
  /** Whether the names of an environment's keys are shown, which is what the config `cli-env-mask` lists. */
  readonly environmentNames: boolean
  /** Whether the values of configs are shown. */
  readonly configValues: boolean
  /** Whether a key's value is secret by the key's name; see `isSecretKey`. */
  isSecret(key: string): boolean
  /** The same for a parameter of a rack or an app. */
  isSecretParameter(name: string): boolean
  /** Proves a mask's origin on this rack. Letters, digits, `-` and `_` only. */
  mac(origin: MaskOrigin): string
  /** Whether an app's rows may stand in a list. */
  seesApp(app: string): boolean
  /** The rack's own token, replaced wherever it appears; null where there is none to look for. */
  readonly rackToken: string | null
}

/** What stands in the place of a secret that never comes back. */
export const hidden = '[hidden]'
