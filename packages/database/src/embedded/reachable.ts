import { realpath, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { EmbeddedUnreachable } from '../errors/errors.ts'
import type { SystemUser } from './system-user.ts'

/** The outermost directory on the path that the system user cannot enter, such as `/root (mode 0700)`. Null if none. */
export async function findBlockedDirectory(directory: string, systemUser: SystemUser): Promise<string | null> {
  for (const path of directoriesTo(await realpath(directory))) {
    const found = await stat(path)
    if (!canEnter(found, systemUser)) return `${path} (mode ${octal(found.mode)})`
  }
  return null
}

/** @throws EmbeddedUnreachable with the directory that the system user cannot enter */
export async function checkReachable(directory: string, systemUser: SystemUser): Promise<void> {
  const blocked = await findBlockedDirectory(directory, systemUser)
  if (blocked) throw new EmbeddedUnreachable(systemUser.name, blocked)
}

function directoriesTo(path: string): string[] {
  const parent = dirname(path)
  return parent === path ? [path] : [...directoriesTo(parent), path]
}

/** Like the kernel, checks only the first class that applies: owner, group, or others. */
function canEnter(directory: { mode: number; uid: number; gid: number }, systemUser: SystemUser) {
  if (directory.uid === systemUser.uid) return (directory.mode & 0o100) !== 0
  if (directory.gid === systemUser.gid) return (directory.mode & 0o010) !== 0
  return (directory.mode & 0o001) !== 0
}

function octal(mode: number) {
  return (mode & 0o7777).toString(8).padStart(4, '0')
}
