/** The internal name of standard input, which is `-` on the command line. */
export const stdinName = '@stdin'

/** The internal name of a document for the name that the user typed. */
export function documentName(typed: string): string {
  return typed === '-' ? stdinName : typed
}
