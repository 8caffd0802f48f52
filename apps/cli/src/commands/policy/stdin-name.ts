/** The name of standard input: `-` on the command line. */
export const stdinName = '@stdin'

/** The name of a document as it is typed. */
export function documentName(typed: string): string {
  return typed === '-' ? stdinName : typed
}
