/** The result of one readiness check. */
export interface Readiness {
  readonly name: string
  readonly ready: boolean
  /** For the operator; never a secret. */
  readonly detail: string
  /** What to do, in sentences; null if nothing is to be done. Only for principals with `gateway:health:read`. */
  readonly remedy: string | null
}
