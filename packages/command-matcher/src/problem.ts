/** Something that is wrong with a document of rules. */
export interface Problem {
  /** Where in the document: names of keys and places in lists, from the top. */
  readonly at: readonly (string | number)[]
  /** A sentence without its full stop, such as `the rule "x" names no role`. */
  readonly text: string
}
