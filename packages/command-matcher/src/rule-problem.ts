export interface Problem {
  /** The path in the document: keys and list indexes, from the top. */
  readonly at: readonly (string | number)[]
  /** A sentence without a period, such as `the rule "x" names no role`. */
  readonly text: string
}
