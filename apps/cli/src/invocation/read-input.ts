import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { Interrupted } from '../errors/errors.ts'

/** Reads a stream as text; null if it is longer than `maxBytes`. */
export async function readAll(stream: NodeJS.ReadableStream, maxBytes: number): Promise<string | null> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk)
    length += bytes.length
    if (length > maxBytes) return null
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Asks a question on stderr, and reads a line from the terminal. Empty at the end of input. */
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

/**
 * Reads a line from stdin. At a terminal, prompts on stderr and does not echo. Empty at the end of input.
 *
 * @throws Interrupted at Ctrl-C
 */
export async function readSecret(prompt: string): Promise<string> {
  const interactive = process.stdin.isTTY === true
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: silent, terminal: interactive })
  let isInterrupted = false
  lines.on('SIGINT', () => {
    isInterrupted = true
    lines.close()
  })
  if (interactive) process.stderr.write(prompt)
  try {
    for await (const line of lines) return line.trim()
    if (isInterrupted) throw new Interrupted()
    return ''
  } finally {
    lines.close()
    if (interactive) process.stderr.write('\n')
  }
}
