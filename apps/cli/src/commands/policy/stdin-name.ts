/** What is piped in: `-` on the command line. */
export const stdinName = '@stdin'
