/** The internal name of standard input, which is `-` on the command line. */
export const stdinName = '@stdin'

export function documentName(typed: string): string {
  return typed === '-' ? stdinName : typed
}
