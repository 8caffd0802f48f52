import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Gives a directory these files and no others. A program that runs from it meanwhile finds each file whole, and none of
 * them is touched when nothing has changed.
 *
 * @param {Map<string, Uint8Array>} files by name, in the order in which they are written
 */
export function writeFiles(directory, files) {
  mkdirSync(directory, { recursive: true })
  for (const [name, content] of files) {
    const path = join(directory, name)
    if (isContent(path, content)) continue
    const temporary = join(directory, `.${name}.${process.pid}`)
    writeFileSync(temporary, content)
    renameSync(temporary, path)
  }
  // What begins with a dot is on its way, perhaps from another build.
  const others = readdirSync(directory).filter((name) => !files.has(name) && !name.startsWith('.'))
  for (const name of others) rmSync(join(directory, name), { recursive: true, force: true })
}

function isContent(path, content) {
  try {
    return readFileSync(path).equals(content)
  } catch {
    return false
  }
}
