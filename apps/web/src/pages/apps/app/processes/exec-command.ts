import { isPlainWord } from '../plain-word.ts'

interface ExecTarget {
  readonly rack: string
  readonly app: string
  readonly process: string
}

/** The command that opens a shell in a process; null if a name is no plain word, because people paste it into a terminal. */
export function execCommand({ rack, app, process }: ExecTarget): string | null {
  if (![rack, app, process].every(isPlainWord)) return null
  return `rack-gateway exec --rack ${rack} --app ${app} ${process} bash`
}
