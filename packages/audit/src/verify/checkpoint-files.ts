import type { Dirent } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The checkpoints (`.note` files) of a directory tree in order of names, which is the order of their numbers. */
export async function* checkpointFiles(directory: string): AsyncGenerator<string> {
  const entries = await readdir(directory, { withFileTypes: true })
  for (const entry of entries.toSorted(byName)) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) yield* checkpointFiles(path)
    else if (entry.name.endsWith('.note')) yield await readFile(path, 'utf8')
  }
}

function byName(one: Dirent, other: Dirent): number {
  return one.name < other.name ? -1 : 1
}
