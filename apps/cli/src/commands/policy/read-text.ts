import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { Usage } from '../../errors/errors.ts'
import type { Context } from '../../invocation/context.ts'
import { readAll } from '../../invocation/read-input.ts'
import { printable } from '../../terminal/terminal.ts'
import { stdinName } from './stdin-name.ts'

const maxBytes = 1024 * 1024

/** Reads a file, or standard input for `@stdin`. @throws Usage */
export async function readText({ cwd, readInput }: Pick<Context, 'cwd' | 'readInput'>, name: string): Promise<string> {
  const text = name === stdinName ? await readInput(maxBytes) : await readFile(resolve(cwd, name), name)
  if (text === null)
    throw new Usage(`${shownName(name)} is longer than 1 MiB, the limit for such files.`, 'Shorten it.')
  return text
}

export function shownName(name: string): string {
  return name === stdinName ? 'stdin' : printable(name)
}

async function readFile(path: string, name: string): Promise<string | null> {
  try {
    return await readAll(createReadStream(path), maxBytes)
  } catch (error) {
    throw new Usage(`${shownName(name)} cannot be read: ${reasonOf(error)}.`, 'Check the spelling and the permissions.')
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return reasons[code] ?? (code || String(error))
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a directory',
  EACCES: 'its permissions forbid it',
}
