import { execFile } from 'node:child_process'
import { access, chmod, chown, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { EmbeddedFailed, EmbeddedPasswordsLost } from '../errors.ts'
import type { Account } from './account.ts'
import type { Binaries } from './binaries.ts'
import { logins, makePasswords, type Passwords, passwordsFile, readPasswords } from './passwords.ts'

const run = promisify(execFile)

/** Nothing of ours: the server must not have the gateway's secrets in its environment. */
export const serverEnvironment = { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' }

export function clusterOf(dataDir: string): string {
  return join(dataDir, 'postgres')
}

/** Makes the data directory if there is none. Enterable, but not readable, for the server's own user. */
export async function makeDataDirectory(dataDir: string, account: Account | null): Promise<void> {
  const made = await mkdir(dataDir, { recursive: true, mode: 0o700 })
  if (made && account) await chmod(dataDir, 0o711)
}

/** Makes the cluster at the first start, and returns the passwords of its logins. */
export async function prepareCluster(dataDir: string, binaries: Binaries, account: Account | null): Promise<Passwords> {
  const passwords = await readPasswords(dataDir)
  const present = await access(join(clusterOf(dataDir), 'PG_VERSION')).then(
    () => true,
    () => false,
  )
  if (present && !passwords) throw new EmbeddedPasswordsLost(dataDir, passwordsFile(dataDir))
  if (present && passwords) return passwords
  const known = passwords ?? (await makePasswords(dataDir))
  await initialise(dataDir, binaries, account, known)
  return known
}

/** In a directory beside it, renamed when whole: a start that was cut short leaves no half cluster. */
async function initialise(dataDir: string, binaries: Binaries, account: Account | null, passwords: Passwords) {
  const half = `${clusterOf(dataDir)}.new`
  const passwordFile = join(dataDir, 'initdb-password')
  await rm(half, { recursive: true, force: true })
  await mkdir(half, { mode: 0o700 })
  await writeFile(passwordFile, passwords.admin, { mode: 0o600 })
  if (account) await Promise.all([half, passwordFile].map((path) => chown(path, account.uid, account.gid)))
  try {
    await run(binaries.initdb, initdbArguments(half, passwordFile), {
      env: serverEnvironment,
      cwd: half,
      ...(account ? { uid: account.uid, gid: account.gid } : {}),
    })
  } catch (error) {
    throw new EmbeddedFailed(dataDir, error instanceof Error ? error.message.trim() : 'initdb failed')
  } finally {
    await rm(passwordFile, { force: true })
  }
  await rm(clusterOf(dataDir), { recursive: true, force: true })
  await rename(half, clusterOf(dataDir))
}

function initdbArguments(directory: string, passwordFile: string) {
  return [
    `--pgdata=${directory}`,
    `--username=${logins.admin}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
  ]
}
