import { isPlainWord } from './plain-word.ts'

interface ListOfApp {
  readonly rack: string
  readonly app: string
  readonly what: 'builds' | 'releases'
}

/** Null if a name is not a plain word, because people paste the command into a terminal. */
export function listCommand({ rack, app, what }: ListOfApp): string | null {
  return isPlainWord(rack) && isPlainWord(app) ? `rack-gateway ${what} --rack ${rack} --app ${app} --limit 1000` : null
}
