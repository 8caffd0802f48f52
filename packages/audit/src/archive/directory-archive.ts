import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isMonth, type Month } from '../months/month.ts'
import type { ArchiveReader } from './archive-store.ts'

export interface DirectoryArchive extends ArchiveReader {
  /** Oldest first. */
  months(): Promise<Month[]>
}

/** Archives in a directory, such as a copy of a bucket. */
export function directoryArchive(directory: string): DirectoryArchive {
  return {
    location: directory,
    async get(key) {
      try {
        return await readFile(join(directory, ...key.split('/')))
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
        throw error
      }
    },
    async months() {
      const entries = await readdir(directory, { withFileTypes: true })
      return entries.flatMap((entry) => (entry.isDirectory() && isMonth(entry.name) ? [entry.name] : [])).toSorted()
    },
  }
}
