import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** As root on Debian, the test command installs the programs that tests start. So there, no such test is skipped. */
export const mustHavePrograms = process.getuid?.() === 0 && existsSync('/etc/debian_version')

/** The PATH of some users lacks the folders with programs for administrators. */
const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin']

/** The path of a program; null if it is not installed. */
export function findProgram(name: string): string | null {
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
