import { execFile } from 'node:child_process'
import { access, chmod, chown, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { EmbeddedFailed, EmbeddedPasswordsLost } from '../errors/errors.ts'
import type { Binaries } from './binaries.ts'
import { logins, makePasswords, type Passwords, passwordsFile, readPasswords } from './passwords.ts'
import type { SystemUser } from './system-user.ts'

const run = promisify(execFile)

/** PostgreSQL's programs don't inherit the environment of the gateway, because it contains secrets. */
export const serverEnvironment = { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' }

export function clusterOf(dataDir: string): string {
  return join(dataDir, 'postgres')
}

/** If PostgreSQL runs as another user, that user can enter a new data directory but not list it. */
export async function createDataDirectory(dataDir: string, systemUser: SystemUser | null): Promise<void> {
  const created = await mkdir(dataDir, { recursive: true, mode: 0o700 })
  if (created && systemUser) await chmod(dataDir, 0o711)
}

/** Creates the cluster at the first start, and returns the passwords of its logins. */
export async function prepareCluster(
  dataDir: string,
  binaries: Binaries,
  systemUser: SystemUser | null,
): Promise<Passwords> {
  const passwords = await readPasswords(dataDir)
  const present = await access(join(clusterOf(dataDir), 'PG_VERSION')).then(
    () => true,
    () => false,
  )
  if (present && !passwords) throw new EmbeddedPasswordsLost(dataDir, passwordsFile(dataDir))
  if (present && passwords) return passwords
  const newPasswords = passwords ?? (await makePasswords(dataDir))
  await initialize(dataDir, binaries, systemUser, newPasswords)
  return newPasswords
}

/** Builds the cluster in a temporary directory, so that an interrupted start leaves no partial cluster. */
async function initialize(dataDir: string, binaries: Binaries, systemUser: SystemUser | null, passwords: Passwords) {
  const newCluster = `${clusterOf(dataDir)}.new`
  const passwordFile = join(dataDir, 'initdb-password')
  await rm(newCluster, { recursive: true, force: true })
  await mkdir(newCluster, { mode: 0o700 })
  await writeFile(passwordFile, passwords.admin, { mode: 0o600 })
  if (systemUser)
    await Promise.all([newCluster, passwordFile].map((path) => chown(path, systemUser.uid, systemUser.gid)))
  try {
    await run(binaries.initdb, initdbArguments(newCluster, passwordFile), {
      env: serverEnvironment,
      cwd: newCluster,
      ...(systemUser ? { uid: systemUser.uid, gid: systemUser.gid } : {}),
    })
  } catch (error) {
    throw new EmbeddedFailed(dataDir, error instanceof Error ? error.message.trim() : 'initdb failed')
  } finally {
    await rm(passwordFile, { force: true })
  }
  await rm(clusterOf(dataDir), { recursive: true, force: true })
  await rename(newCluster, clusterOf(dataDir))
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
