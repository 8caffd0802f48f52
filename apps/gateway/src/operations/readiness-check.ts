/** One thing that readiness depends on. */
export interface Readiness {
  readonly name: string
  readonly ready: boolean
  /** For the operator; never a secret. */
  readonly detail: string
}
