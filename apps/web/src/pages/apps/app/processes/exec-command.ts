/** A word that every shell takes as it is, and that no program takes for an option. */
const plainWord = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/

interface ExecTarget {
  readonly rack: string
  readonly app: string
  readonly process: string
}

/** The command that opens a shell in a process; null if a name is no plain word, because people paste it into a terminal. */
export function execCommand({ rack, app, process }: ExecTarget): string | null {
  if (![rack, app, process].every((name) => plainWord.test(name))) return null
  return `rack-gateway exec --rack ${rack} --app ${app} ${process} bash`
}
