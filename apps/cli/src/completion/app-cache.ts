import { readdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { preparePrivateDirectory, readPrivateFile, writePrivateFile } from '@rack-gateway/config/private-file'
import type { Target } from '../target/target.ts'
import { targetKey } from './target-key.ts'

/** The names of a rack's apps, kept for a minute, beside the CLI's file. */
export interface AppCache {
  /** Null where none are kept that are new enough. */
  read(now: number): readonly string[] | null
  /** A failure of the disk is none of the person's. */
  write(names: readonly string[], now: number): void
}

const longest = 1024 * 1024
const storedFor = 60_000

export function createAppCache(configPath: string, target: Target): AppCache {
  const path = join(dirname(configPath), 'completion', `${targetKey(target)}.json`)

  return {
    read(now) {
      try {
        if (statSync(path).size > longest) return null
        const { at, names }: { at?: unknown; names?: unknown } = JSON.parse(readPrivateFile(path, []) ?? '{}')
        if (typeof at !== 'number' || at > now || now - at >= storedFor) return null
        return Array.isArray(names) && names.every((name) => typeof name === 'string') ? names : null
      } catch {
        return null
      }
    },
    write(names, now) {
      try {
        preparePrivateDirectory(path, [])
        writePrivateFile(path, JSON.stringify({ at: now, names }))
        removeOld(dirname(path), now)
      } catch {
        // Next time the gateway is asked again.
      }
    },
  }
}

function removeOld(directory: string, now: number): void {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name)
    if (now - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now) > storedFor) rmSync(path, { force: true })
  }
}
