import { chmodSync, lstatSync, mkdirSync, type Stats } from 'node:fs'
import { dirname } from 'node:path'

/** Whether a file or directory is ours, and no link, and nobody else may have written it. */
export function isOwn(stats: Stats): boolean {
  if (stats.isSymbolicLink()) return false
  return process.getuid === undefined || (stats.uid === process.getuid() && (stats.mode & 0o022) === 0)
}

/**
 * Makes a directory that nobody else may enter, and the one that it is in, where they aren't there.
 *
 * @returns whether both are ours: others could have put something into them, or in their place. Never throws
 */
export function makeOwnDirectory(path: string): boolean {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    const stats = lstatSync(path)
    if (!isOwn(lstatSync(dirname(path))) || !isOwn(stats)) return false
    if (process.getuid !== undefined && (stats.mode & 0o077) !== 0) chmodSync(path, 0o700)
    return true
  } catch {
    return false
  }
}
