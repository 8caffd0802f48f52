import { createHash } from 'node:crypto'
import { readdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { preparePrivateDirectory, readPrivateFile, writePrivateFile } from '@rack-gateway/config/private-file'
import type { Target } from '../rack-choice/local/target.ts'

/** Caches the app names of a rack for a minute, in files beside the configuration file. */
export interface AppCache {
  /** @returns null if there is no entry from the last minute */
  read(now: number): readonly string[] | null
  /** Ignores disk errors. */
  write(names: readonly string[], now: number): void
}

const maxBytes = 1024 * 1024
const lifetime = 60_000

export function createAppCache(configPath: string, target: Target): AppCache {
  const path = join(dirname(configPath), 'completion', `${targetKey(target)}.json`)

  return {
    read(now) {
      try {
        if (statSync(path).size > maxBytes) return null
        const { at, names }: { at?: unknown; names?: unknown } = JSON.parse(readPrivateFile(path, []) ?? '{}')
        if (typeof at !== 'number' || at > now || now - at >= lifetime) return null
        return Array.isArray(names) && names.every((name) => typeof name === 'string') ? names : null
      } catch {
        return null
      }
    },
    write(names, now) {
      try {
        preparePrivateDirectory(path, [])
        writePrivateFile(path, JSON.stringify({ at: now, names }))
        removeExpired(dirname(path), now)
      } catch {
        // The next completion asks the gateway again.
      }
    },
  }
}

/** The key reveals nothing about the token. */
function targetKey({ origin, rack, token }: Target): string {
  return createHash('sha256')
    .update(JSON.stringify([origin, rack, token.reveal()]))
    .digest('hex')
    .slice(0, 40)
}

function removeExpired(directory: string, now: number): void {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name)
    if (now - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now) > lifetime) rmSync(path, { force: true })
  }
}
