import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'

/** All of a stream as text; null when it is longer than so many bytes. */
export async function readAll(stream: NodeJS.ReadableStream, most: number): Promise<string | null> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk)
    length += bytes.length
    if (length > most) return null
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString('utf8')
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
