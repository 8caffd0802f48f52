import { inMessage } from './message-text.ts'

export interface ShellSyntax {
  /** Indexes in argv of the first and last word with shell syntax. */
  readonly first: number
  readonly last: number
  /** A sentence about the first such word, and a remedy. */
  readonly reason: string
  readonly remedy: string
}

/**
 * The rack starts commands without a shell, so a word with shell syntax does not do what its author expects. An
 * attacker could use it with programs that start a shell (`sh -c …`).
 *
 * @returns null if no word contains shell syntax
 */
export function shellSyntax(argv: readonly string[]): ShellSyntax | null {
  const first = argv.findIndex(hasSyntax)
  const word = argv[first]
  if (first === -1 || word === undefined) return null
  return { first, last: argv.findLastIndex(hasSyntax), reason: explain(word, argv[first === 0 ? -1 : 0]), remedy }
}

// Anywhere in a word: separators, redirections, substitutions, and control characters except tab. At its beginning: a
// subshell. As the whole word: `!`.
const syntax = /[;&|<>`$\x00-\x08\x0a-\x1f\x7f]|^\(|^!$/

function hasSyntax(word: string): boolean {
  return syntax.test(word)
}

function explain(word: string, program: string | undefined): string {
  const found = syntax.exec(word)?.[0] ?? word
  const what = names[found] ?? (found < ' ' || found === '\x7f' ? 'a control character' : `"${found}"`)
  const meaning = program === undefined ? 'the name of the program' : `an argument of "${inMessage(program)}"`
  return (
    `"${inMessage(word)}" contains ${what}, which is shell syntax. The rack runs a command without a shell, ` +
    `so the word would only be ${meaning}.`
  )
}

const remedy =
  'Run one command without shell syntax at a time, or put the steps into a script of the app and ask for a rule that allows it.'

const names: Readonly<Record<string, string>> = {
  '\n': 'a newline',
  '\r': 'a carriage return',
  '\0': 'a NUL',
  '`': 'a backtick',
}
