import { realpath, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { EmbeddedUnreachable } from '../errors.ts'
import type { Account } from './account.ts'

/** The outermost directory on the way to (and including) `directory` that the account cannot enter, or null. */
export async function firstBlocked(directory: string, account: Account): Promise<string | null> {
  for (const step of directoriesTo(await realpath(directory))) {
    const found = await stat(step)
    if (!mayEnter(found, account)) return `${step} (mode ${octal(found.mode)})`
  }
  return null
}

/** @throws EmbeddedUnreachable with the directory that the account may not enter */
export async function checkReachable(directory: string, account: Account): Promise<void> {
  const blocked = await firstBlocked(directory, account)
  if (blocked) throw new EmbeddedUnreachable(account.name, blocked)
}

function directoriesTo(path: string): string[] {
  const parent = dirname(path)
  return parent === path ? [path] : [...directoriesTo(parent), path]
}

/** Like the kernel, checks only the first class that applies: owner, group, or others. */
function mayEnter(directory: { mode: number; uid: number; gid: number }, account: Account) {
  if (directory.uid === account.uid) return (directory.mode & 0o100) !== 0
  if (directory.gid === account.gid) return (directory.mode & 0o010) !== 0
  return (directory.mode & 0o001) !== 0
}

function octal(mode: number) {
  return (mode & 0o7777).toString(8).padStart(4, '0')
}
