import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'

/** Text of others without what a terminal would obey: control characters, and marks that reverse or hide text. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\uFFFD')
}

/** Rows under their headings, in columns. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const lines = [headings, ...rows.map((row) => row.map(printable))]
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)))
  return lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

/** A line that a person types at the terminal; the question stands on stderr. Empty at the end of input. */
export async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  process.stderr.write(question)
  try {
    for await (const line of lines) return line.trim()
    return ''
  } finally {
    lines.close()
  }
}

/** One line from stdin; at a terminal with a prompt on stderr and without echo. Empty at the end of input. */
export async function readSecret(prompt: string): Promise<string> {
  const interactive = process.stdin.isTTY === true
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: silent, terminal: interactive })
  if (interactive) process.stderr.write(prompt)
  try {
    for await (const line of lines) return line.trim()
    return ''
  } finally {
    lines.close()
    if (interactive) process.stderr.write('\n')
  }
}
