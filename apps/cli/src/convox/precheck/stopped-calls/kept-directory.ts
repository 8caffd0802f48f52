import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The directory of reports that the gateway has not received yet. */
export function keptDirectory(configPath: string): string {
  return join(dirname(configPath), 'stopped-calls')
}

/** Every command calls this, so it imports little. */
export function hasKeptReports(configPath: string): boolean {
  return fileNamesIn(keptDirectory(configPath)).length > 0
}

/** Without temporary files. Empty if there is no directory. */
export function fileNamesIn(directory: string): string[] {
  try {
    return readdirSync(directory).filter((name) => name.endsWith('.json'))
  } catch {
    return []
  }
}
