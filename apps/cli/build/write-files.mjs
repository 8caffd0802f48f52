import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Deletes all files of the directory that are not in `files`, except those whose names begin with a dot. Replaces each
 * file atomically, so that a program that runs from the directory never reads a partial file.
 *
 * @param {Map<string, Uint8Array>} files by name, in the order in which they are written
 */
export function writeFiles(directory, files) {
  mkdirSync(directory, { recursive: true })
  for (const [name, content] of files) {
    const path = join(directory, name)
    if (hasContent(path, content)) continue
    const temporary = join(directory, `.${name}.${process.pid}`)
    writeFileSync(temporary, content)
    renameSync(temporary, path)
  }
  // A name that begins with a dot is a temporary file, perhaps of another build.
  const stale = readdirSync(directory).filter((name) => !files.has(name) && !name.startsWith('.'))
  for (const name of stale) rmSync(join(directory, name), { recursive: true, force: true })
}

function hasContent(path, content) {
  try {
    return readFileSync(path).equals(content)
  } catch {
    return false
  }
}
