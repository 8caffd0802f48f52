import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'

/** Text of others without what a terminal would obey: control characters, and marks that reverse or hide text. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\uFFFD')
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

/** A line on stderr that the next one replaces. */
export function showStatus(line: string): void {
  if (process.stderr.isTTY === true) process.stderr.write(`\r\u001b[2K${line.slice(0, process.stderr.columns - 1)}`)
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
