import { randomBytes } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export const logins = { admin: 'postgres', owner: 'rack_gateway_owner', runtime: 'rack_gateway' } as const
export const databaseName = 'rack_gateway'

export interface Passwords {
  readonly admin: string
  readonly owner: string
  readonly runtime: string
}

export function passwordsFile(dataDir: string): string {
  return join(dataDir, 'passwords.json')
}

/** `null` if the file is missing or has another format. */
export async function readPasswords(dataDir: string): Promise<Passwords | null> {
  try {
    const found: unknown = JSON.parse(await readFile(passwordsFile(dataDir), 'utf8'))
    return arePasswords(found) ? found : null
  } catch {
    return null
  }
}

/** Stores random, URL-safe passwords in a 0600 file for the next start. */
export async function makePasswords(dataDir: string): Promise<Passwords> {
  const passwords = { admin: randomPassword(), owner: randomPassword(), runtime: randomPassword() }
  const newFile = `${passwordsFile(dataDir)}.new`
  await writeFile(newFile, `${JSON.stringify(passwords)}\n`, { mode: 0o600, flush: true })
  await rename(newFile, passwordsFile(dataDir))
  return passwords
}

function randomPassword() {
  return randomBytes(24).toString('base64url')
}

function arePasswords(value: unknown): value is Passwords {
  if (typeof value !== 'object' || value === null) return false
  return ['admin', 'owner', 'runtime'].every((login) => typeof Reflect.get(value, login) === 'string')
}
