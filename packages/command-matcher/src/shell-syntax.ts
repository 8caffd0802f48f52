import { shown } from './wording.ts'

/** The words of a command that a shell would not take as plain text. */
export interface ShellSyntax {
  /** Places in argv of the first and of the last such word. */
  readonly first: number
  readonly last: number
  /** A whole sentence about the first, and one about what to do. */
  readonly reason: string
  readonly remedy: string
}

/**
 * Finds shell syntax in an argv. The rack starts a command without a shell, so such a word would not do what its writer meant,
 * and whatever does start a shell (`sh -c …`) is what an attacker wants it for.
 *
 * @returns null when every word is plain
 */
export function shellSyntax(argv: readonly string[]): ShellSyntax | null {
  const first = argv.findIndex(hasSyntax)
  const word = argv[first]
  if (first === -1 || word === undefined) return null
  return { first, last: argv.findLastIndex(hasSyntax), reason: explain(word, argv[first === 0 ? -1 : 0]), remedy }
}

// Anywhere: what separates, redirects, substitutes or ends a line. At the beginning only: a subshell or a negation of its own.
const syntax = /[;&|<>`$\x00-\x08\x0a-\x1f\x7f]|^\(|^!$/

function hasSyntax(word: string): boolean {
  return syntax.test(word)
}

function explain(word: string, program: string | undefined): string {
  const found = syntax.exec(word)?.[0] ?? word
  const what = names[found] ?? (found < ' ' || found === '\x7f' ? 'a control character' : `"${found}"`)
  const meaning = program === undefined ? 'the name of the program' : `an argument of "${shown(program)}"`
  return (
    `"${shown(word)}" holds ${what}, which is shell syntax: the rack runs a command without a shell, ` +
    `so it would only be ${meaning}.`
  )
}

const remedy =
  'Run one plain command at a time, or put the steps into a script of the app and ask for a rule that permits it.'

const names: Readonly<Record<string, string>> = {
  '\n': 'a newline',
  '\r': 'a carriage return',
  '\0': 'a NUL',
  '`': 'a backtick',
}
