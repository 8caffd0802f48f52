import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Deletes all files of the directory that are not in `files`, except those whose names begin with a dot. Replaces each
 * file atomically, so that a program that runs from the directory never reads a partial file. Files that begin with
 * `#!` are executable.
 *
 * @param {Map<string, Uint8Array>} files by name, in the order in which they are written
 */
export function writeFiles(directory, files) {
  mkdirSync(directory, { recursive: true })
  for (const [name, content] of files) {
    const path = join(directory, name)
    const mode = isScript(content) ? 0o755 : 0o644
    if (hasContent(path, content, mode)) continue
    const temporary = join(directory, `.${name}.${process.pid}`)
    writeFileSync(temporary, content)
    // The umask applies to the mode of a new file, but not to this one.
    chmodSync(temporary, mode)
    renameSync(temporary, path)
  }
  // A name that begins with a dot is a temporary file, perhaps of another build.
  const stale = readdirSync(directory).filter((name) => !files.has(name) && !name.startsWith('.'))
  for (const name of stale) rmSync(join(directory, name), { recursive: true, force: true })
}

function isScript(content) {
  return content[0] === 0x23 && content[1] === 0x21
}

function hasContent(path, content, mode) {
  try {
    const hasMode = process.platform === 'win32' || (statSync(path).mode & 0o777) === mode
    return hasMode && readFileSync(path).equals(content)
  } catch {
    return false
  }
}
