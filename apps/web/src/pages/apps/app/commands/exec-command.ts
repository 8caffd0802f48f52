import { isPlainWord } from './plain-word.ts'

interface ExecTarget {
  readonly rack: string
  readonly app: string
  readonly process: string
}

/** Null if a name is not a plain word, because people paste the command into a terminal. */
export function execCommand({ rack, app, process }: ExecTarget): string | null {
  if (![rack, app, process].every(isPlainWord)) return null
  return `rack-gateway exec --rack ${rack} --app ${app} ${process} bash`
}
